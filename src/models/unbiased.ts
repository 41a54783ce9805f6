// Precision and recall without the bias of labelling only what was flagged: each verdict counts for as many decisions as it stands for,
// by the chance with which it was drawn (Horvitz and Thompson 1952) and by how many like it nobody gave a verdict on.
import { atLeast, type Estimate, partOf, weightedCount } from './weighted-count.ts';

/** A decision that people were asked about, old enough for its label. */
export type LookedAt = {
  readonly isFlagged: boolean;
  readonly score: number;
  /** Of being asked about; 1 where it was flagged. */
  readonly chance: number;
  /** Who said what it was: somebody who works alerts, or labels from elsewhere before any did. */
  readonly toldBy: 'analyst' | 'others' | 'nobody';
  readonly isFraud: boolean;
};

export type Unbiased = {
  /** Of what was flagged; undefined where nobody gave a verdict. */
  readonly precision: Estimate | undefined;
  /** Of all frauds, whether or not anybody knows of them. */
  readonly recall: Estimate | undefined;
  /** Frauds that were approved. */
  readonly missed: Estimate | undefined;
  readonly flagged: Told;
  readonly samples: Told;
};

/** How many people were asked about, how many of them are known by now, and the frauds among these. */
export type Told = { readonly asked: number; readonly known: number; readonly frauds: number };

/** A group of scores has so many verdicts at least, and there are so many groups at most. */
const VERDICTS_OF_GROUP = 20;
const MOST_GROUPS = 5;

type Counted = { readonly frauds: Estimate; readonly genuine: Estimate };

/**
 * What a part of the decisions holds. Whether anybody came to look at one of them is taken to have nothing to do with what it is, among those
 * of like scores that nobody else told of; what others told of counts for itself, since a chargeback comes for frauds alone.
 * Undefined where nobody looked at any.
 */
function countedOf(rows: readonly LookedAt[], mostGroups = MOST_GROUPS): Counted | undefined {
  const byAnalysts = rows.filter(({ toldBy }) => toldBy === 'analyst').length;
  const open = rows.filter(({ toldBy }) => toldBy === 'nobody').length;
  if (rows.length === 0 || (byAnalysts === 0 && open > 0)) return undefined;
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(byAnalysts / VERDICTS_OF_GROUP)));
  const ranked = [...rows].sort((a, b) => a.score - b.score);
  const frauds: number[] = [];
  const genuine: number[] = [];
  let largest = 0;
  for (let group = 0; group < groups; group++) {
    const from = Math.floor((group * ranked.length) / groups);
    const members = ranked.slice(from, Math.floor(((group + 1) * ranked.length) / groups));
    const verdicts = members.filter(({ toldBy }) => toldBy === 'analyst').length;
    const waiting = members.filter(({ toldBy }) => toldBy === 'nobody').length;
    // Nobody looked at anything of this group: it is larger then.
    if (verdicts === 0 && waiting > 0) return countedOf(rows, groups - 1);
    const standsFor = verdicts > 0 ? (verdicts + waiting) / verdicts : 1;
    for (const { chance, toldBy, isFraud } of members) {
      const weight = (toldBy === 'analyst' ? standsFor : 1) / chance;
      largest = Math.max(largest, standsFor / chance);
      if (toldBy !== 'nobody') (isFraud ? frauds : genuine).push(weight);
    }
  }
  return { frauds: weightedCount(frauds, largest), genuine: weightedCount(genuine, largest) };
}

const toldOf = (rows: readonly LookedAt[]): Told => {
  const known = rows.filter(({ toldBy }) => toldBy !== 'nobody');
  return {
    asked: rows.length,
    known: known.length,
    frauds: known.filter(({ isFraud }) => isFraud).length,
  };
};

/** `missedForCertain`: approved and known as fraud, whoever told of it. */
export function unbiasedQuality(rows: readonly LookedAt[], missedForCertain: number): Unbiased {
  const flagged = rows.filter(({ isFlagged }) => isFlagged);
  const samples = rows.filter(({ isFlagged }) => !isFlagged);
  const ofFlagged = countedOf(flagged);
  const missed = countedOf(samples)?.frauds;
  const allMissed = missed && atLeast(missed, missedForCertain);
  return {
    precision: ofFlagged && partOf(ofFlagged.frauds, ofFlagged.genuine),
    recall: ofFlagged && allMissed && partOf(ofFlagged.frauds, allMissed),
    missed: allMissed,
    flagged: toldOf(flagged),
    samples: toldOf(samples),
  };
}
