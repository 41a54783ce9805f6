// What the address of the settings says: which part of them.
import { oneOf, searchOf } from '../kit/search.ts';

export const PARTS = ['people', 'keys', 'notifications', 'desk', 'audit', 'erasures', 'rates'] as const;

export const settingsSearch = searchOf((given) => ({ part: oneOf(PARTS, given.part) }));
