// What other rooms show of people.
export { ApiKeys } from './api-keys.tsx';
export { PeopleTable } from './people-table.tsx';
