// What other rooms show of saved views.
export { SavedViews } from './saved-views.tsx';
