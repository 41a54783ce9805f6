// Values for the past in memory, as simulations keep them: held to what databases are held to.
import { createMemoryPastValues } from '../src/adapters/memory/past-values.ts';
import { pastValuesContract } from './contracts/past-values.ts';

pastValuesContract('in memory', async () => ({
  values: createMemoryPastValues(),
  close: async () => undefined,
}));
