// What the address of the models says: the versions compared, parted by commas, or `none`.
import { searchOf, text } from '../kit/search.ts';

export const modelsSearch = searchOf((given) => ({ compare: text(given.compare) }));
