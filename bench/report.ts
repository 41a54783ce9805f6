// What every benchmark prints: one row per figure, with the goal and the baseline it was measured beside.

export type Row = {
  readonly what: string;
  readonly figure: string;
  readonly baseline?: string;
  readonly goal?: string;
};

export const count = (value: number): string => Math.round(value).toLocaleString('en');

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** The value that `share` of the others are not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, figure, baseline = '', goal = '' }) => `| ${what} | ${figure} | ${baseline} | ${goal} |`,
  );
  return ['| | measured | baseline beside it | goal |', '|---|---|---|---|', ...lines].join('\n');
}
