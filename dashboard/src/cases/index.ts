// What other rooms show of cases.
export { OpenCase } from './open-case.tsx';
