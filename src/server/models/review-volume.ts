// Keeps the volume that thresholds go by near to what comes: measured over a day, followed where it is another, and told.
import { nextVolume } from '../../models/review-work.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import type { LiveCounts } from '../figures/live-counts.ts';
import { keepVolume, keptVolume } from './kept-review-work.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 60_000;

/** Ends with the function that it gives. */
export function watchVolume(
  desk: Pick<Desk, 'office' | 'clock' | 'refresh'>,
  counts: LiveCounts,
  boundary: Boundary,
): () => void {
  const { settings } = desk.office;
  async function look(): Promise<void> {
    const nowMs = desk.clock.nowMs();
    const [first] = counts.minutes(nowMs - DAY_MS, nowMs).filter(({ transactions }) => transactions > 0);
    if (first === undefined) return;
    const { transactions } = counts.totals(nowMs - DAY_MS, nowMs);
    const kept = await keptVolume(settings);
    const next = nextVolume(kept.volume, transactions, nowMs - Date.parse(first.minute), nowMs);
    // Of several servers one is heard; all of them look again.
    if (next !== undefined && next !== kept.volume && (await keepVolume(settings, kept, next)))
      await desk.refresh();
  }
  // A database that is away is no reason to stop; what thresholds go by stands until it is back.
  return boundary.every('volume', EVERY_MS, () => look().catch(() => undefined));
}
