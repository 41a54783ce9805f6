// Rows as a file that spreadsheets open.
import type { TransactionRow } from '../../../src/protocol/transactions.ts';

const COLUMNS: readonly {
  readonly name: string;
  readonly of: (row: TransactionRow) => string | number | undefined;
}[] = [
  { name: 'id', of: (row) => row.id },
  { name: 'occurredAt', of: (row) => row.occurredAt },
  { name: 'decidedAt', of: (row) => row.decidedAt },
  { name: 'accountId', of: (row) => row.accountId },
  { name: 'amountMinor', of: (row) => row.amountMinor },
  { name: 'currency', of: (row) => row.currency },
  { name: 'baseAmountMinor', of: (row) => row.base?.amountMinor ?? row.amountMinor },
  { name: 'baseCurrency', of: (row) => row.base?.currency ?? row.currency },
  { name: 'type', of: (row) => row.type },
  { name: 'channel', of: (row) => row.channel },
  { name: 'merchantName', of: (row) => row.merchantName },
  { name: 'country', of: (row) => row.country },
  { name: 'score', of: (row) => row.score },
  { name: 'outcome', of: (row) => row.outcome },
  { name: 'topConcept', of: (row) => row.topConcept },
  { name: 'topReason', of: (row) => row.topReason },
];

/**
 * What a spreadsheet runs as a formula, or as a command (a DDE link): a sign at the start, also in full width, after blanks, or
 * at the start of any line of the cell (OWASP, CSV injection).
 */
const FORMULA = /(^|[\r\n\t])\s*[=+\-@|%＝＋－＠｜％]|^[\t\r\n]/u;

/** One cell: no text in it is run, quoted where it holds what separates cells. Numbers stay numbers, below zero, too. */
export function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csv = (rows: readonly TransactionRow[]): string =>
  [
    COLUMNS.map(({ name }) => name).join(','),
    ...rows.map((row) => COLUMNS.map(({ of }) => cell(of(row))).join(',')),
  ].join('\n');
