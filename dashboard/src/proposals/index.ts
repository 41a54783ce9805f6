// What other rooms show of changes that wait for a second person.
export { Proposals, waitsForSecond } from './proposals.tsx';
