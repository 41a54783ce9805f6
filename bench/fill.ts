// Filling a new aggregate over everything that is stored, beside how fast it was decided and stored in the same run.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSimulator } from '../src/simulator/simulator.ts';
import { makeFolder } from '../test/desk-process.ts';
import { goLive, openFilling, untilLive } from '../test/filling/desks.ts';
import { documentOf } from '../test/filling/traffic.ts';
import { count, type Row } from './report.ts';

const ROWS = 200_000;
const AT_ONCE = 1000;
const MOST_WAITING = 20_000;
const GOAL_ROWS = 10_000_000;
const GOAL_SECONDS = 300;

/** A distinct count and a sum by device: an entity with no history of one's own yet. */
const DOCUMENT = documentOf({
  features: [
    {
      kind: 'aggregate',
      name: 'device_merchants_7d',
      description: 'Different merchants at the device in seven days',
      entity: 'device',
      measure: 'distinct',
      of: 'merchant.id',
      window: '7d',
    },
    {
      kind: 'aggregate',
      name: 'device_sum_24h',
      description: 'Moved by the device in a day',
      entity: 'device',
      measure: 'sum',
      of: 'amount',
      window: '24h',
    },
  ],
});

type Measured = { readonly seconds: number; readonly cpuSeconds: number };

/** Of all threads; what else runs on the machine costs time, and no CPU of this process. */
async function measured(work: () => Promise<unknown>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}

const rate = (rows: number, { seconds, cpuSeconds }: Measured): string =>
  `${count(rows / seconds)} rows/s, ${count(rows / cpuSeconds)} a second of CPU`;

/** How many rows it goes through: `--rows N`. */
function rowsOf(options: readonly string[]): number {
  const { values } = parseArgs({
    args: [...options],
    options: { rows: { type: 'string', default: String(ROWS) } },
  });
  const rows = Number(values.rows);
  if (Number.isSafeInteger(rows) && rows > 0) return rows;
  throw new Error(`--rows is "${values.rows}"; it must be a whole number from 1 on`);
}

export async function benchFill(options: readonly string[] = []): Promise<Row[]> {
  const rows = rowsOf(options);
  const folder = makeFolder();
  try {
    const desk = await openFilling(join(folder.path, 'desk'));
    const simulator = createSimulator({
      seed: 4,
      rate: 10,
      startMs: Date.now() - rows * 100,
      accounts: 20_000,
      idPrefix: 'fill-',
    });
    const replayed = await measured(async () => {
      for (let sent = 0; sent < rows; sent += AT_ONCE) {
        const part = Array.from({ length: Math.min(AT_ONCE, rows - sent) }, () => simulator.next());
        while (desk.backlog > MOST_WAITING) await new Promise((next) => setTimeout(next, 5));
        await desk.accept(part.map(({ transaction }) => transaction));
      }
      await desk.settled();
    });
    const filled = await measured(async () => {
      const { version, said } = await goLive(desk, DOCUMENT);
      if ('problem' in said) throw new Error(said.problem);
      await untilLive(desk, version);
    });
    await desk.close();
    const minutes = (GOAL_ROWS / (rows / filled.seconds) / 60).toFixed(1);
    return [
      {
        what: `filling two new aggregates of an entity over ${count(rows)} stored transactions, histories and values`,
        figure: `${rate(rows, filled)}; 10 million would take ${minutes} min`,
        baseline: `deciding and storing them: ${rate(rows, replayed)}`,
        goal: `${count(GOAL_ROWS / GOAL_SECONDS)} rows/s: 10 million in ${GOAL_SECONDS / 60} min`,
      },
    ];
  } finally {
    folder.remove();
  }
}
