// Features and score of the latest decisions beside the training of a model.

import { placeIn } from '../../features/place-in.ts';
import { AGE_FEATURES, CALENDAR_FEATURES } from '../../features/sets.ts';
import { type Drift, driftOf, hasRisen } from '../../models/drift.ts';
import type { Scorer } from '../../models/model.ts';
import { pacer } from '../edge/pace.ts';
import { isWholeWeek, type LabelledPeriod } from './labelled-period.ts';

const ROWS_AT_ONCE = 50;
const FEWEST = 1000;

/** Undefined where it is not known. */
export async function driftOver(
  period: LabelledPeriod,
  champion: Scorer,
): Promise<readonly Drift[] | undefined> {
  const { baseline, info, catalogue } = champion;
  const { rows } = period;
  if (!baseline || rows.length < FEWEST) return undefined;
  const pause = pacer();
  const column = (): Float64Array => new Float64Array(rows.length);
  const scores = column();
  const values = info.features.map((name) => ({ name, index: placeIn(catalogue, name), values: column() }));
  for (const [i, row] of rows.entries()) {
    // Read at once: whoever scores the row next encodes its categories another way.
    scores[i] = row.score(champion);
    for (const feature of values) feature.values[i] = row.vector[feature.index];
    if (i % ROWS_AT_ONCE === 0) await pause();
  }
  const wholeWeek = isWholeWeek(period);
  const found: Drift[] = [driftOf('score', baseline.score, scores)];
  for (const feature of values) {
    const before = baseline.features[feature.name];
    const drift = driftOf(feature.name, before, feature.values);
    // Part of a week is at other hours and days than a whole one, and what is known is known for longer by the day: no drift is that.
    const isExpected =
      (!wholeWeek && CALENDAR_FEATURES.has(feature.name)) ||
      (AGE_FEATURES.has(feature.name) && hasRisen(before, feature.values));
    found.push(isExpected ? { ...drift, alarm: false } : drift);
    await pause();
  }
  return found.sort((a, b) => b.index - a.index);
}
