// The client of the desk that this page comes from.
import places from 'virtual:places';
import { createClient } from '../../../src/client/client.ts';

export const client = createClient({ places, url: '' });
