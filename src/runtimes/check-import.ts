// An imported model beside what it said where it was made. What does not fit is told with how far and where; why is said
// only where it was tried out, since a wrong guess sends people looking in the wrong place.
import { PREDICTION } from '../adapters/files/check-rows.ts';
import { InputError } from '../domain/input-error.ts';
import { type Ensemble, featureOf, isLeaf } from '../models/ensemble.ts';

const TOLERANCE = 1e-6;
/** How many values are tried as the mark of what is missing. */
const MARKS_TRIED = 8;
const NAMED = 3;

export type RowsToCheck = {
  /** In the order in which the trees number them. */
  readonly features: readonly string[];
  /** Row by row, as wide as the features; NaN where a value is missing. */
  readonly vectors: Float64Array;
  readonly predictions: Float64Array;
};

/** What a model says of the row that begins at an offset. */
export type Score = (vectors: Float64Array, offset: number) => number;

/** A model as its file calls the best of it. */
export type BestTrees = { readonly count: number; readonly score: Score };

/** The largest difference. Throws InputError where a row differs, with what was found out of it. */
export function compareWithRows(rows: RowsToCheck, score: Score, best: () => BestTrees | undefined): number {
  const { predictions, vectors } = rows;
  const strange = predictions.findIndex((said) => !(said >= -TOLERANCE && said <= 1 + TOLERANCE));
  if (strange >= 0) {
    throw new InputError(
      `Row ${strange + 1} of the rows to check against: the column ${PREDICTION} is ${predictions[strange]}; probabilities from 0 to 1 are wanted there, not margins or classes.`,
    );
  }
  const differences = differencesOf(rows, vectors, score);
  const wrong = [...differences.keys()].filter((row) => !fits(differences[row]));
  if (wrong.length === 0) return differences.reduce((most, difference) => Math.max(most, difference), 0);
  const worst = wrong.reduce((most, row) => (differences[row] > differences[most] ? row : most));
  const count = `${wrong.length} of ${predictions.length}`;
  const found = [
    `${count} rows to check against differ by more than ${TOLERANCE.toExponential()}, the most by ${differences[worst].toExponential(1)}: row ${worst + 1}, of which the model says ${score(vectors, worst * rows.features.length)}, the column ${PREDICTION} ${predictions[worst]}.`,
    ...(triedOut(rows, wrong, score, best) ?? whereItDiffers(rows, wrong)),
  ];
  throw new InputError(found.join(' '));
}

const fits = (difference: number): boolean => difference <= TOLERANCE;

function differencesOf(
  { predictions, features }: RowsToCheck,
  vectors: Float64Array,
  score: Score,
): Float64Array {
  return predictions.map((said, row) => {
    const difference = Math.abs(score(vectors, row * features.length) - said);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  });
}

/** Causes with which every row fits. */
function triedOut(
  rows: RowsToCheck,
  wrong: readonly number[],
  score: Score,
  best: () => BestTrees | undefined,
): readonly string[] | undefined {
  const stopped = best();
  if (stopped && differencesOf(rows, rows.vectors, stopped.score).every(fits)) {
    return [
      `With its first ${stopped.count} trees every row fits: the file says that training stopped early there (best_iteration). Save the model sliced to them: model[: best_iteration + 1].`,
    ];
  }
  const mark = marksIn(rows, wrong).find((value) => {
    const vectors = rows.vectors.map((found) => (found === value ? Number.NaN : found));
    return differencesOf(rows, vectors, score).every(fits);
  });
  return mark === undefined
    ? undefined
    : [
        `With ${mark} taken for a missing value every row fits. Here a missing value is an empty cell: write the rows so.`,
      ];
}

/** Values that stand in all rows that differ. */
function marksIn({ features, vectors }: RowsToCheck, wrong: readonly number[]): readonly number[] {
  const valuesOf = (row: number): number[] =>
    features
      .map((_, place) => vectors[row * features.length + place])
      .filter((value) => !Number.isNaN(value));
  let marks = [...new Set(valuesOf(wrong[0]))];
  for (const row of wrong) {
    const here = new Set(valuesOf(row));
    marks = marks.filter((value) => here.has(value));
  }
  return marks.slice(0, MARKS_TRIED);
}

const isMissing = ({ features, vectors }: RowsToCheck, row: number, place: number): boolean =>
  Number.isNaN(vectors[row * features.length + place]);

const hasMissing = (rows: RowsToCheck, row: number, places = [...rows.features.keys()]): boolean =>
  places.some((place) => isMissing(rows, row, place));

/** What is known of the rows that differ, and no more. */
function whereItDiffers(rows: RowsToCheck, wrong: readonly number[]): readonly string[] {
  const all = [...rows.predictions.keys()];
  const missing = all.filter((row) => hasMissing(rows, row)).length;
  if (missing === 0) return ['No row has a missing value.'];
  if (missing === all.length) return ['Every row has missing values.'];
  const wrongMissing = wrong.filter((row) => hasMissing(rows, row)).length;
  if (wrongMissing === wrong.length) return ['Only rows with missing values differ.'];
  return wrongMissing === 0 ? ['Only rows without missing values differ.'] : [];
}

/** What the rows cannot have shown, as sentences: a model that is right of them may say otherwise of others. */
export function notChecked(rows: RowsToCheck, ensemble: Ensemble): readonly string[] {
  const split = new Set<number>();
  for (let node = 0; node < ensemble.cover.length; node++) {
    if (!isLeaf(ensemble, node)) split.add(featureOf(ensemble, node));
  }
  const used = [...split].sort((a, b) => a - b);
  const all = [...rows.predictions.keys()];
  const never = used
    .filter((place) => all.every((row) => isMissing(rows, row, place)))
    .map((place) => rows.features[place]);
  if (used.length === 0) return [];
  const found: string[] = [];
  if (never.length > 0) {
    const names = `${never.slice(0, NAMED).join(', ')}${never.length > NAMED ? ' …' : ''}`;
    found.push(
      `No row to check against has a value of ${names}: what the model says where there is one was not checked.`,
    );
  } else if (all.every((row) => hasMissing(rows, row, used))) {
    found.push(
      'Every row to check against has missing values: what the model says where there are none was not checked.',
    );
  }
  if (!all.some((row) => hasMissing(rows, row, used))) {
    found.push(
      'No row to check against has a missing value: what the model says where there is one was not checked.',
    );
  }
  return found;
}
