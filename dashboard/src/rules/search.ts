// What the address of the rules says: the one in the workshop, or `new`.
import { searchOf, text } from '../kit/search.ts';

export const rulesSearch = searchOf((given) => ({ rule: text(given.rule) }));
