// What other rooms show of own data.
export { OwnFields } from './own-fields.tsx';
