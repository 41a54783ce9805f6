// A model made elsewhere, checked against what it said there, as one of ours.
import type { CheckRows } from '../adapters/files/check-rows.ts';
import { InputError } from '../domain/input-error.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { calibrate, fitCalibration } from '../models/calibration.ts';
import { checkEnsemble } from '../models/check-ensemble.ts';
import { type Ensemble, predictMean } from '../models/ensemble.ts';
import { checkNames, noEncoding, refused, toEnsemble, withCover } from '../models/exchange/foreign-model.ts';
import { readForeignModel } from '../models/exchange/read-foreign.ts';
import { checkModel, type Model, uncalibrated, versionOf } from '../models/model.ts';
import { ModelProblem } from '../models/model-fields.ts';
import { chooseThresholds, DEFAULT_COSTS } from '../models/thresholds.ts';
import { asFiled, trainedOn } from '../models/trained-on.ts';
import { scoreTable, withHeldOut } from '../training/train-model.ts';
import { sliceTable, type TrainingTable } from '../training/training-table.ts';
import { compareWithRows, notChecked, type Score } from './check-import.ts';

export type ImportOptions = {
  /** Names of columns are names of its features. */
  readonly catalogue: Catalogue;
  readonly bytes: Uint8Array;
  /** Names of the columns, for files that know only numbers. */
  readonly featureNames: readonly string[] | undefined;
  /** What the model said where it was made. */
  readonly check: CheckRows;
  readonly thresholds: Model['info']['thresholds'];
  /** Labelled rows: quality is measured on them, and thresholds are chosen by their costs. */
  readonly table: TrainingTable | undefined;
  /** Fits a calibration on the table; without it scores stay as they were. */
  readonly calibrated: boolean;
  readonly createdAtMs: number;
};

export type Imported = {
  readonly model: Model;
  readonly checked: number;
  readonly largestDifference: number;
  /** What the rows could not show, as sentences. */
  readonly notChecked: readonly string[];
};

/** Throws InputError where the file is no model that can be imported, or says anything else than it did there. */
export function importModel(options: ImportOptions): Imported {
  const { catalogue } = options;
  const foreign = readForeignModel(options.bytes);
  const names = options.featureNames ?? foreign.featureNames;
  if (!names) {
    throw new InputError(
      'The file does not name its features; say them with --features, in the order of its columns.',
    );
  }
  if (names.length !== foreign.featureCount) {
    throw new InputError(`The model has ${foreign.featureCount} columns; ${names.length} are named.`);
  }
  checkNames(names, catalogue);
  const width = names.length;
  const vectors = checkVectors(options.check, names);
  const rows = options.check.predictions.length;
  const trees = toEnsemble(foreign, width);
  // Whatever it says of its cover comes later: first the trees have to be trees.
  usable(() =>
    checkEnsemble(
      { ...trees, cover: new Float64Array(trees.cover.length).fill(1) },
      new Set(names.keys()),
      new Set(),
    ),
  );
  const ensemble = foreign.trees.every(({ cover }) => cover) ? trees : withCover(trees, vectors, rows);
  const toCheck = { features: names, vectors, predictions: options.check.predictions };
  const scoreOf =
    (of: Ensemble): Score =>
    (values, offset) =>
      uncalibrated(foreign.kind, predictMean(of, values, offset));
  const { bestTrees } = foreign;
  const best = () =>
    bestTrees === undefined
      ? undefined
      : {
          count: bestTrees,
          score: scoreOf(toEnsemble({ ...foreign, trees: foreign.trees.slice(0, bestTrees) }, width)),
        };
  const largestDifference = compareWithRows(toCheck, scoreOf(ensemble), best);
  const on = trainedOn(names, catalogue);
  const filed = asFiled(ensemble, on);
  const imported: Model = {
    info: {
      version: versionOf(foreign.format, filed),
      kind: foreign.kind,
      createdAt: new Date(options.createdAtMs).toISOString(),
      ...on,
      seed: 0,
      parameters: { trees: foreign.trees.length, madeBy: foreign.madeBy },
      trainingWindow: { source: 'import', from: '', until: '', rows: 0, frauds: 0 },
      thresholds: options.thresholds,
    },
    ensemble: filed,
    calibration: 'none',
    encoding: noEncoding(catalogue),
  };
  const model = options.table ? measured(imported, options.table, options.calibrated) : imported;
  usable(() => checkModel(model));
  return {
    model,
    checked: rows,
    largestDifference,
    notChecked: notChecked(toCheck, ensemble),
  };
}

/** A model of elsewhere has to be one that could be read from a file of ours. */
function usable(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof ModelProblem) throw refused(`${error.message}.`);
    throw error;
  }
}

function checkVectors(
  { columns, values, predictions }: CheckRows,
  features: readonly string[],
): Float64Array {
  const missing = features.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new InputError(
      `The rows to check against have no column ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' …' : ''}.`,
    );
  }
  const width = features.length;
  const vectors = new Float64Array(predictions.length * width);
  for (const [place, name] of features.entries()) {
    const column = columns.indexOf(name);
    for (let row = 0; row < predictions.length; row++) {
      vectors[row * width + place] = values[row * columns.length + column];
    }
  }
  return vectors;
}

/** Calibration, where it is wanted, on the first half of the table; thresholds there too, quality on the second. */
function measured(model: Model, table: TrainingTable, calibrated: boolean): Model {
  const half = Math.floor(table.rows / 2);
  const first = sliceTable(table, 0, half);
  const votes = scoreTable(model, first);
  const calibration = calibrated ? fitCalibration(votes, first.labels) : 'none';
  const scores = votes.map((vote) => calibrate(calibration, vote));
  const { curve, thresholds } = chooseThresholds(scores, first.labels, first.amounts, DEFAULT_COSTS);
  return withHeldOut(
    { ...model, calibration, curve, info: { ...model.info, thresholds } },
    sliceTable(table, half, table.rows),
  );
}
