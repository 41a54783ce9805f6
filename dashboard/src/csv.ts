// Rows as a file that spreadsheets open.
import type { FeedRow } from '../../src/protocol/messages.ts';

export function csv(rows: readonly FeedRow[]): string {
  const columns = [
    'id',
    'occurredAt',
    'decidedAt',
    'accountId',
    'amountMinor',
    'currency',
    'type',
    'channel',
    'merchantName',
    'country',
    'score',
    'outcome',
    'topReason',
  ] as const;
  const cell = (value: unknown): string => {
    const text = value === undefined ? '' : String(value);
    // A leading sign would be run as a formula by spreadsheets.
    const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))].join(
    '\n',
  );
}
