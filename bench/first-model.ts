// What the model of a first start does in the first hour of the live stream, beside what it promised on the rows held out.

import { createRandom } from '../src/domain/random.ts';
import { lastSeenMs } from '../src/features/history-codec.ts';
import { STANDARD } from '../src/features/standard.ts';
import { measureQuality } from '../src/models/metrics.ts';
import { createFeatureReplay } from '../src/training/feature-replay.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { createPresetSimulator, liveLabelDelayMs } from '../src/training/simulated-past.ts';
import { scoreTable } from '../src/training/train-model.ts';
import { createTableBuilder } from '../src/training/training-table.ts';
import type { Row } from './report.ts';

const SEEDS = [1, 2, 3, 4, 5];
const RATE = 20;
const START_MS = Date.UTC(2026, 5, 1, 9);
const HOUR_MS = 3_600_000;

type Hour = {
  readonly flagged: number;
  readonly precision: number;
  readonly recall: number;
  readonly promised: number;
};

async function firstHour(seed: number): Promise<Hour> {
  const state = STANDARD.createState();
  const model = await trainFirstModel(state, { preset: 'default', seed, endMs: START_MS, liveRate: RATE });
  const { account } = state;
  const simulator = createPresetSimulator('default', {
    seed,
    rate: RATE,
    startMs: START_MS,
    accounts: account.size,
    lastSeenMs: (accountId) => lastSeenMs(account, accountId),
  });
  const features = createFeatureReplay(STANDARD, state);
  const random = createRandom(seed, 5);
  const builder = createTableBuilder(STANDARD);
  for (;;) {
    const { transaction, fraudType } = simulator.next();
    const at = transaction.occurredAtMs;
    if (at >= START_MS + HOUR_MS) break;
    const label =
      fraudType === undefined ? undefined : { knownAtMs: at + liveLabelDelayMs(random), fraudType };
    builder.add(transaction, features.next(transaction, label), label !== undefined);
  }
  const table = builder.finish();
  const { confusion, precision, recall } = measureQuality(
    scoreTable(model, table),
    table.labels,
    model.info.thresholds.review,
  );
  const { heldOut } = model.info;
  if (!heldOut) throw new Error('the first model has nothing held out');
  const share = ({ truePositives, falsePositives }: typeof confusion, rows: number): number =>
    (truePositives + falsePositives) / rows;
  return {
    flagged: share(confusion, table.rows),
    precision,
    recall,
    promised: share(heldOut.confusion, heldOut.rows),
  };
}

export async function benchFirstModel(): Promise<Row[]> {
  const hours: Hour[] = [];
  for (const seed of SEEDS) hours.push(await firstHour(seed));
  const range = (of: (hour: Hour) => number, digits: number, factor = 1): string => {
    const values = hours.map((hour) => of(hour) * factor);
    return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
  };
  return [
    {
      what: `first hour of a new installation at ${RATE}/s, ${SEEDS.length} seeds: flagged`,
      figure: `${range((hour) => hour.flagged, 1, 100)} %`,
      baseline: `on the rows held out ${range((hour) => hour.promised, 1, 100)} %`,
    },
    {
      what: '… precision · recall',
      figure: `${range((hour) => hour.precision, 2)} · ${range((hour) => hour.recall, 2)}`,
    },
  ];
}
