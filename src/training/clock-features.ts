// What the clock alone says can be learnt only where it came round: of one day, an hour is nothing but that stretch of the file.
const DAY_MS = 86_400_000;

/** Days that a training spans before a feature of the clock is learnt from: each hour on two days, a whole week of weekdays. */
const DAYS_NEEDED: ReadonlyMap<string, number> = new Map([
  ['hour', 2],
  ['is_night', 2],
  ['day_of_week', 7],
  ['is_weekend', 7],
]);

/** The features without those of the clock that a training of this span cannot tell from the passing of time. */
export function learnableFeatures(
  features: readonly string[],
  fromMs: number,
  untilMs: number,
): readonly string[] {
  const days = (untilMs - fromMs) / DAY_MS;
  const kept = features.filter((name) => (DAYS_NEEDED.get(name) ?? 0) <= days);
  return kept.length > 0 ? kept : features;
}
