// Keeps the volume that thresholds go by near to what comes: measured over a day, followed where it is another, and told.
import { nextVolume } from '../../models/review-work.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { LiveCounts } from '../figures/live-counts.ts';
import { keepVolume, keptVolume } from './kept-review-work.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const EVERY_MS = 30_000;

/** Ends with the function that it gives. */
export function watchVolume(
  desk: Pick<Desk, 'office' | 'clock' | 'refresh'>,
  counts: LiveCounts,
  boundary: Boundary,
): () => void {
  const { settings } = desk.office;
  async function look(): Promise<void> {
    const nowMs = desk.clock.nowMs();
    // Of whole minutes alone: the first and the one that runs have come in part.
    const untilMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    const [first] = counts.minutes(untilMs - DAY_MS, untilMs).filter(({ transactions }) => transactions > 0);
    if (first === undefined) return;
    const fromMs = Date.parse(first.minute) + MINUTE_MS;
    const { transactions } = counts.totals(fromMs, untilMs);
    const kept = await keptVolume(settings);
    const next = nextVolume(kept.volume, transactions, untilMs - fromMs, nowMs);
    // Of several servers one is heard; all of them look again.
    if (next !== undefined && next !== kept.volume && (await keepVolume(settings, kept, next)))
      await desk.refresh();
  }
  // A database that is away is no reason to stop; what thresholds go by stands until it is back.
  return boundary.every('volume', EVERY_MS, () => look().catch(() => undefined));
}
