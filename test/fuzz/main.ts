// npm run fuzz -- --seed N --records M: records of strangers down the whole road, a million where nothing is said.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeTemporaryFolder } from '../../src/stack/temporary-folder.ts';
import { fuzz } from './road.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    records: { type: 'string', default: '1000000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('npm run fuzz -- [--seed N] [--records M]');
  process.exit(0);
}
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const records = Number(values.records);
if (![seed, records].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  console.error('--seed and --records are whole numbers.');
  process.exit(1);
}
console.log(`seed ${seed}, ${records.toLocaleString('en')} records`);
const folder = makeTemporaryFolder('fuzz');
const started = performance.now();
try {
  const report = await fuzz(seed, records, folder, (done) => {
    if (process.stdout.isTTY) process.stdout.write(`\r${done.toLocaleString('en')} …`);
  });
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${process.stdout.isTTY ? '\r' : ''}${report.refused.toLocaleString('en')} refused, ${report.decided.toLocaleString('en')} decided, ` +
      `${report.duplicates.toLocaleString('en')} repetitions, ${report.labelled.toLocaleString('en')} labels: ` +
      `each said where, or read back the same; ${seconds.toFixed(0)} s`,
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
