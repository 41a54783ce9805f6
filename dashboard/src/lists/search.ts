// What the address of the lists says: the one that is open.
import { searchOf, text } from '../kit/search.ts';

export const listsSearch = searchOf((given) => ({ list: text(given.list) }));
