// What the address of the cases says: one case, or which of them.
import { CASE_STATUSES } from '../../../src/domain/case.ts';
import { oneOf, ordinal, searchOf } from '../kit/search.ts';

export const STATUSES = ['all', ...CASE_STATUSES] as const;

export const casesSearch = searchOf((given) => ({
  case: ordinal(given.case),
  status: oneOf(STATUSES, given.status),
}));
