// What other rooms show of erasures.
export { Erasures } from './erasures.tsx';
