// npm run bench: measures on this machine and prints a Markdown table. A name as argument runs one part only; what stands behind
// it with two hyphens is for that part. Without a name parts that take an hour are run in short.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { benchBackfill } from './backfill.ts';
import { benchBacktest } from './backtest.ts';
import { benchBoosting } from './boosting.ts';
import { benchCategories } from './categories.ts';
import { benchDesk } from './desk.ts';
import { benchDrift } from './drift.ts';
import { benchEngine } from './engine.ts';
import { benchFill } from './fill.ts';
import { benchFirstModel } from './first-model.ts';
import { benchForest } from './forest.ts';
import { benchLabels } from './labels.ts';
import { benchLists } from './lists.ts';
import { benchMillion } from './million.ts';
import { benchOwnFeatures } from './own-features.ts';
import { benchQueue } from './queue.ts';
import { benchReaders } from './readers.ts';
import { benchReplay } from './replay.ts';
import { type Row, table } from './report.ts';
import { benchScaling } from './scaling.ts';
import { benchSpark } from './spark.ts';
import { benchStack } from './stack.ts';
import { benchTables } from './tables.ts';
import { benchUnbiased } from './unbiased.ts';
import { benchWorker } from './worker.ts';

const PARTS: Readonly<Record<string, (options: readonly string[] | undefined) => Promise<Row[]> | Row[]>> = {
  engine: benchEngine,
  'own-features': benchOwnFeatures,
  forest: benchForest,
  boosting: benchBoosting,
  categories: benchCategories,
  drift: benchDrift,
  fill: benchFill,
  'first-model': benchFirstModel,
  desk: benchDesk,
  replay: benchReplay,
  million: benchMillion,
  worker: benchWorker,
  stack: benchStack,
  scaling: benchScaling,
  spark: benchSpark,
  backfill: benchBackfill,
  backtest: benchBacktest,
  labels: benchLabels,
  lists: benchLists,
  queue: benchQueue,
  readers: benchReaders,
  tables: benchTables,
  unbiased: benchUnbiased,
};

const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('--'));
const wanted = firstOption < 0 ? words : words.slice(0, firstOption);
const options = firstOption < 0 ? [] : words.slice(firstOption);
const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}"; parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
const rows: Row[] = [];
for (const [name, run] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`Measuring ${name} …`);
  rows.push(...(await run(wanted.length > 0 ? options : undefined)));
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
console.log(
  `${availableParallelism()} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
    `Node ${process.version}, commit ${commit}\n\n${table(rows)}`,
);
process.exit(0);
