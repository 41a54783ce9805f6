// What people wrote and did, as it is seen. Texts of people may name anybody: a masked sight gets none of them, and of the details of
// what was done what is named here alone.
import { isObject } from '../../domain/fields.ts';
import type { Sight } from '../../domain/sight.ts';
import type { AuditLine } from '../../ports/office/audit.ts';
import type { AuditDetail, AuditHead, AuditLine as AuditLineMessage } from '../../protocol/audit.ts';

/** A text that somebody wrote; null where it is hidden. */
export const textSeen = (text: string, sight: Sight): string | null => (sight.kind === 'whole' ? text : null);

/** Details whose texts are words of this program, names of colleagues or times. */
const TELLING = new Set([
  'verdict',
  'until',
  'from',
  'to',
  'outcome',
  'format',
  'kind',
  'purpose',
  'source',
  'roles',
  'permissions',
  'events',
  'since',
]);
const COUNTS = new Set([
  'alert',
  'alerts',
  'transactions',
  'entries',
  'names',
  'task',
  'version',
  'on',
  'fraud',
  'share',
  'rate',
  'running',
  'failures',
  'fourEyesRules',
  'fourEyesCases',
]);
const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';
const allOf = (value: unknown, fits: (one: unknown) => boolean): boolean =>
  Array.isArray(value) ? value.every(fits) : fits(value);

/** The detail of a line of the audit trail. */
export function detailSeen(detail: unknown, sight: Sight): AuditDetail {
  if (!isObject(detail)) return null;
  if (sight.kind === 'whole') return detail;
  const seen = Object.entries(detail).filter(
    ([name, value]) =>
      (TELLING.has(name) && allOf(value, (one) => typeof one === 'string')) ||
      (COUNTS.has(name) && allOf(value, isNumber)),
  );
  return seen.length === 0 ? null : Object.fromEntries(seen);
}

/** Things that lines of the audit trail are about and that name nobody outside. */
const PLAIN_SUBJECT =
  /^(?:(?:transaction|alert|case|rule|list|sanctions|model|key|person|channel|erasure) \S.*|dead letters?(?: \d+)?|settings|models|simulator|catalogue|sanctions)$/;
const LINKS_OF = 'links of account ';

/** What a line of the audit trail is about. */
export function subjectSeen(subject: string, sight: Sight): string {
  if (sight.kind === 'whole' || PLAIN_SUBJECT.test(subject)) return subject;
  return subject.startsWith(LINKS_OF)
    ? LINKS_OF + sight.token('account', subject.slice(LINKS_OF.length))
    : 'something hidden';
}

/**
 * A line of the audit trail. Its hash goes with what it is the hash of: from a chain with one part left out the part can be tried
 * out, digit by digit.
 */
export const auditLineSeen = (line: AuditLine, sight: Sight): AuditLineMessage => ({
  ...line,
  subject: subjectSeen(line.subject, sight),
  detail: detailSeen(line.detail, sight),
  hash: textSeen(line.hash, sight),
});

/** The end of the trail: between two ends that are known lies a line that could be tried out. */
export const auditHeadSeen = (
  head: { readonly seq: number; readonly hash: string },
  sight: Sight,
): AuditHead => ({
  seq: head.seq,
  hash: textSeen(head.hash, sight),
});

/** Filters in the address of a screen that name nobody. */
const PLAIN_FILTERS = new Set([
  'alert',
  'case',
  'compare',
  'country',
  'list',
  'loss',
  'outcome',
  'part',
  'range',
  'rule',
  'sort',
  'status',
  'transaction',
  'versions',
  'view',
]);

/** The filters of a saved view that ask by what is hidden; none for a whole sight. */
export function hiddenFilters(path: string, sight: Sight): string[] {
  if (sight.kind === 'whole') return [];
  const { searchParams } = new URL(path, 'http://desk');
  return [...new Set(searchParams.keys())].filter((name) => !PLAIN_FILTERS.has(name));
}
