// What thresholds bring, in words: how many reviews a day, how much of it is fraud, how much of the money is caught.
import type { ModelPanel } from '../../../src/protocol/model-panel.ts';
import { count, dateTime, percent } from '../kit/format.ts';

type Work = NonNullable<ModelPanel['work']>;

const inTen = (share: number): string => {
  const tenths = Math.round(share * 10);
  if (tenths === 10) return 'nearly all';
  return tenths === 0 ? 'few' : `${tenths} in 10`;
};

export function reviewWords({ flagged, precision, recall, valueRecall, volumeADay }: Work): string {
  if (flagged === 0) return 'Nothing is looked at: no threshold is worth what it costs.';
  const reviews =
    volumeADay === null
      ? `Reviews ${percent(flagged, 2)} of what comes`
      : `Reviews ${count(flagged * volumeADay)} a day (${percent(flagged, 2)} of ${count(volumeADay)})`;
  const fraud = precision === null ? '' : `, ${inTen(precision)} are fraud`;
  const caught =
    valueRecall === null || recall === null
      ? ''
      : `, catches ${percent(valueRecall, 0)} of the money and ${percent(recall, 0)} of the frauds`;
  return `${reviews}${fraud}${caught}.`;
}

/** What the team said it can do, and what a floor that the model cannot keep comes to. */
export function limitWords(work: Work): string {
  const { reviewsADay, mostFlagged, reviewPrecision, declinePrecision, precision } = work;
  const most =
    reviewsADay === null
      ? `At most ${percent(mostFlagged, 2)} of what comes`
      : `At most ${count(reviewsADay)} a day`;
  const short =
    precision !== null && precision < reviewPrecision
      ? ` The model cannot tell so well: what is most suspicious is looked at all the same.`
      : '';
  return `${most}; of what is looked at ${percent(reviewPrecision, 0)} has to be fraud, of what is declined ${percent(declinePrecision, 0)}.${short}`;
}

/** What is drawn of what is approved, beside what is flagged: such a share of all that the team can look at. */
export function sampleWords(share: number, { mostFlagged, volumeADay }: Work): string {
  if (share === 0) return 'No samples are drawn.';
  if (volumeADay === null) return 'Samples are drawn from when it is known how much comes.';
  const perDay = (share / (1 - share)) * mostFlagged * volumeADay;
  const often = perDay >= 1 ? `About ${count(perDay)} a day` : 'Less than one a day';
  return `${often} more are samples (${percent(share, 0)} of what the team can look at): approved, drawn, and nothing is suspected.`;
}

/** Where thresholds went by another volume before: since when, and which. */
export function volumeWords({ volumeADay, volumeBefore, volumeSince }: Work): string | undefined {
  if (volumeADay === null || volumeBefore === null || volumeSince === null) return undefined;
  return `Since ${dateTime(volumeSince)} for ${count(volumeADay)} transactions a day; before, for ${count(volumeBefore)}.`;
}
