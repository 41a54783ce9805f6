// Where labels of the past came from, and how long after the decision.
import { isoTime } from '../../domain/iso-time.ts';
import type { LabelSourceFigures } from '../../ports/past-rows.ts';
import type { SqlSession } from './session.ts';
import { timeMs } from './values.ts';
import { stretches } from './walk.ts';

/** Each is looked up by the id of its transaction. */
const LABELS_AT_ONCE = 300;

type LabelsOfSource = { labels: number; frauds: number; latestAtMs: number; delays: number[] };

/** Between the two nearest values; undefined where there are none. */
function quantile(sorted: Float64Array, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/** Each source of the newest labels, that of the most first. */
export async function labelSources(session: SqlSession, maxRows: number): Promise<LabelSourceFigures[]> {
  const sources = new Map<string, LabelsOfSource>();
  for await (const { from, before } of stretches(session, 'labels', 'seq', maxRows, LABELS_AT_ONCE)) {
    const rows = await session.query(
      `select l.source, l.fraud, l.labelled_at,
         extract(epoch from l.labelled_at - t.decided_at) * 1000 as delay
       from labels l left join transactions t on t.id = l.transaction_id
       where l.seq >= $1 and ($2::bigint is null or l.seq < $2)`,
      [from, before],
    );
    for (const row of rows) {
      const name = String(row.source);
      const source = sources.get(name) ?? { labels: 0, frauds: 0, latestAtMs: 0, delays: [] };
      sources.set(name, source);
      source.labels++;
      if (row.fraud === true) source.frauds++;
      source.latestAtMs = Math.max(source.latestAtMs, timeMs(row.labelled_at));
      if (row.delay !== null) source.delays.push(Math.max(0, Number(row.delay)));
    }
  }
  return [...sources]
    .map(([source, { labels, frauds, latestAtMs, delays }]) => {
      const sorted = Float64Array.from(delays).sort();
      return {
        source,
        labels,
        frauds,
        medianDelayMs: quantile(sorted, 0.5),
        p90DelayMs: quantile(sorted, 0.9),
        latestAtMs,
      };
    })
    .sort((a, b) => b.labels - a.labels);
}

/** From decision to label, in milliseconds, of labels that came in meanwhile. */
export async function labelDelays(
  session: SqlSession,
  fromMs: number,
  untilMs: number,
  maxRows: number,
): Promise<Float64Array> {
  const delays: number[] = [];
  for await (const { from, before } of stretches(session, 'labels', 'seq', maxRows, LABELS_AT_ONCE)) {
    const rows = await session.query(
      `select extract(epoch from l.labelled_at - t.decided_at) * 1000 as delay
       from labels l join transactions t on t.id = l.transaction_id
       where l.seq >= $3 and ($4::bigint is null or l.seq < $4) and l.labelled_at >= $1 and l.labelled_at < $2`,
      [isoTime(fromMs), isoTime(untilMs), from, before],
    );
    for (const { delay } of rows) delays.push(Math.max(0, Number(delay)));
  }
  return Float64Array.from(delays);
}
