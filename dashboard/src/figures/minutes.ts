// Minutes as charts show them: from the first transaction on, and the one under way apart.
import type { MinuteCount } from '../../../src/protocol/figures.ts';

/** Without the empty minutes before a new desk's first transaction; the newest where there is none. */
export function sinceFirst(minutes: readonly MinuteCount[]): readonly MinuteCount[] {
  const first = minutes.findIndex(({ transactions }) => transactions > 0);
  return minutes.slice(first < 0 ? -1 : first);
}

const MINUTE_MS = 60_000;

/** The starts of so many minutes that are yet to come. */
export function toCome(minutes: readonly MinuteCount[], count: number): readonly string[] {
  const last = Date.parse(minutes.at(-1)?.minute ?? new Date().toISOString());
  return Array.from({ length: Math.max(0, count) }, (_, i) =>
    new Date(last + (i + 1) * MINUTE_MS).toISOString(),
  );
}
