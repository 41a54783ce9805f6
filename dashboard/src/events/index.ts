// What other rooms show of events.
export { AccountEvents } from './account-events.tsx';
