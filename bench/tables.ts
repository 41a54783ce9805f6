// Public tables with columns of their own, through what `./goshawk evaluate` does, beside XGBoost on the same raw columns and split.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Mapping, parseMapping } from '../src/adapters/files/mapping.ts';
import { createRandom } from '../src/domain/random.ts';
import { catalogueOfColumns, readLabelled } from '../src/runtimes/labelled-file.ts';
import { evaluate } from '../src/training/evaluate.ts';
import { generatedTable } from '../test/generated-table.ts';
import { xgboostOn } from '../test/xgboost-tables.ts';
import type { Row } from './report.ts';

const SAMPLES = resolve(import.meta.dirname, '../../shared/samples');
const START = '2013-09-01T00:00:00Z';
const SEEDS = 5;

type Table = {
  readonly name: string;
  /** Under the folder of samples. */
  readonly file: string;
  /** Columns that no model sees, though "rest" would. */
  readonly unseen: readonly string[];
  readonly fields: Record<string, unknown>;
  readonly attributes: unknown;
  readonly label: string;
  /** Numbers since the start, and where the test begins. */
  readonly time: {
    readonly column: string;
    readonly kind: 'seconds_since' | 'hours_since';
    readonly until: number;
  };
  readonly content: (file: string) => string;
};

const CONSTANTS = { currency: { constant: 'EUR' }, type: { constant: 'purchase' } };
const asItIs = (file: string): string => readFileSync(file, 'utf8');

/** A table without times that mean anything here: its rows in a random order, numbered. */
function shuffled(file: string): string {
  const [header, ...rows] = asItIs(file).trim().split(/\r?\n/);
  const random = createRandom(11, 11);
  for (let i = rows.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [rows[i], rows[other]] = [rows[other], rows[i]];
  }
  return [`row,${header}`, ...rows.map((row, i) => `${i},${row}`)].join('\n');
}

const TABLES: readonly Table[] = [
  {
    name: 'ULB, frauds enriched',
    file: '01-ulb/creditcard-enriched.csv',
    unseen: ['Time'],
    fields: { amountMinor: { column: 'Amount', factor: 100 }, ...CONSTANTS },
    attributes: 'rest',
    label: 'Class',
    time: { column: 'Time', kind: 'seconds_since', until: 86_400 },
    content: asItIs,
  },
  {
    name: 'PaySim, frauds enriched, with balances',
    file: '02-paysim/kaggle-3000-rows-500-frauds.csv',
    unseen: ['step', 'nameOrig', 'nameDest'],
    fields: {
      amountMinor: { column: 'amount', factor: 100 },
      accountId: { column: 'nameOrig' },
      counterpartyId: { column: 'nameDest' },
      ...CONSTANTS,
    },
    attributes: { kind: { column: 'type', type: 'category' }, '*': 'rest' },
    label: 'isFraud',
    time: { column: 'step', kind: 'hours_since', until: 481 },
    content: asItIs,
  },
  {
    name: 'BAF, 842 rows, divided by chance',
    file: '06-baf/Base.csv',
    // All frauds of this sample are of one month, all genuine rows of another one.
    unseen: ['row', 'month'],
    fields: { amountMinor: { constant: 0 }, ...CONSTANTS },
    attributes: 'rest',
    label: 'fraud_bool',
    time: { column: 'row', kind: 'seconds_since', until: 560 },
    content: shuffled,
  },
  {
    name: 'generated, 30,000 rows',
    file: '',
    unseen: ['row'],
    fields: { amountMinor: { column: 'amount', factor: 100 }, ...CONSTANTS },
    attributes: 'rest',
    label: 'fraud',
    time: { column: 'row', kind: 'seconds_since', until: 20_000 },
    content: () => generatedTable(3, 30_000),
  },
];

const shown = (values: readonly number[]): string => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
};

function mappingOf({ fields, attributes, label, time }: Table): Mapping {
  const occurredAt = { column: time.column, time: time.kind, start: START };
  return parseMapping({ fields: { ...fields, occurredAt }, attributes, label: { column: label } }, 'mapping');
}

async function measured(table: Table, file: string): Promise<Row> {
  const mapping = mappingOf(table);
  const { catalogue } = await catalogueOfColumns(file, mapping);
  const startMs = Date.parse(START);
  const units = table.time.kind === 'hours_since' ? 3_600_000 : 1000;
  const bounds = { nowMs: Date.now(), dataModel: catalogue.data };
  const { batches, seen } = await readLabelled(file, mapping, bounds, () => undefined);
  const features = catalogue.features.map(({ name }) => name).filter((name) => !table.unseen.includes(name));
  const found = await evaluate(batches, {
    catalogue,
    features,
    folds: [
      {
        trainFromMs: startMs,
        trainUntilMs: startMs + table.time.until * units,
        testUntilMs: Number.MAX_SAFE_INTEGER,
      },
    ],
    delayDays: 0,
    seeds: Array.from({ length: SEEDS }, (_, seed) => seed),
    trainer: { kind: 'boosting' },
    fraudWeight: 1,
  });
  if (seen.leftOut > 0) console.error(`${table.name}: ${seen.about()}`);
  const { label, time, unseen } = table;
  const { usual, alike } = xgboostOn({
    file,
    label,
    time: time.column,
    until: time.until,
    unseen,
    seeds: SEEDS,
  });
  const [{ train, test }] = found;
  return {
    what: `average precision, ${table.name}: ${train.rows} rows (${train.frauds} frauds), tested on ${test.rows} (${test.frauds})`,
    figure: shown(found.map(({ averagePrecision }) => averagePrecision)),
    baseline: `XGBoost, 200 trees, as it comes ${shown(usual)}; with our depth, rate and share of rows ${shown(alike)}`,
    goal: 'not .01 below',
  };
}

export async function benchTables(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-bench-'));
  const rows: Row[] = [];
  try {
    for (const table of TABLES) {
      const sample = join(SAMPLES, table.file);
      if (table.file !== '' && !existsSync(sample)) {
        console.error(`${table.name}: ${sample} is not there, passed over.`);
        continue;
      }
      const file = join(folder, 'table.csv');
      writeFileSync(file, table.content(sample));
      rows.push(await measured(table, file));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}
