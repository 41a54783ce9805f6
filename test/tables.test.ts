// evaluate and train on tables with columns of their own, as the commands are given them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRandom } from '../src/domain/random.ts';
import { parseModel } from '../src/models/model.ts';
import type { Evaluation } from '../src/training/evaluate.ts';

const MAIN = join(import.meta.dirname, '../src/cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'goshawk-tables-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const MAPPING = {
  fields: {
    occurredAt: { column: 'Time', time: 'seconds_since', start: '2013-09-01T00:00:00Z' },
    amountMinor: { column: 'Amount', factor: 100 },
    currency: { constant: 'EUR' },
    type: { constant: 'purchase' },
  },
  attributes: 'rest',
  label: { column: 'Class' },
};

/** Frauds are where V1 is high and the shop sells gold; V2 says nothing, and nobody has an account. */
before(() => {
  const random = createRandom(5, 5);
  const lines = ['Time,V1,V2,shop,token,Amount,Class'];
  for (let i = 0; i < 1500; i++) {
    const [v1, v2] = [random.next(), random.next()];
    const shop = ['gold', 'bread', 'books'][random.below(3)];
    const fraud = v1 > 0.6 && shop === 'gold' ? random.next() < 0.9 : random.next() < 0.01;
    lines.push(
      `${i * 100},${v1.toFixed(4)},${v2.toFixed(4)},${shop},k${i}x,${random.below(90)}.5,${fraud ? 1 : 0}`,
    );
  }
  writeFileSync(at('table.csv'), lines.join('\n'));
  writeFileSync(at('mapping.json'), JSON.stringify(MAPPING));
});

function goshawk(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    encoding: 'utf8',
  });
}

const evaluated = (...more: string[]) =>
  goshawk(
    'evaluate',
    '--data',
    at('table.csv'),
    '--mapping',
    at('mapping.json'),
    '--trainer',
    'boosting',
    ...more,
  );

test('Y71: a table without accounts is learnt from by its own columns, divided at a time of day, and nothing is left out of the test', () => {
  const run = evaluated('--train-until', '2013-09-02T05:00', '--delay-days', '0', '--json');
  assert.equal(run.status, 0, run.stderr);
  const { train, test: tested, averagePrecision } = JSON.parse(run.stdout) as Evaluation;
  assert.deepEqual([train.rows, tested.rows, tested.leftOut], [1044, 456, 0]);
  assert.equal(tested.from, '2013-09-02T05:00:00Z');
  assert.ok(averagePrecision > 0.75, String(averagePrecision));
  assert.match(run.stderr, /3 columns are features: V1, V2, shop\. 1 are none: token \(text\)\./);
});

test('Y70: where no times are said a split is chosen, and said', () => {
  const run = evaluated('--trees', '20', '--json');
  assert.equal(run.status, 0, run.stderr);
  assert.match(
    run.stderr,
    /Trains on what was from 2013-09-01 until 2013-09-02T05:10:00Z, tests on what was from there on/,
  );
  assert.equal((JSON.parse(run.stdout) as Evaluation).train.rows, 1050);
});

test('Y72: where no row can be used the commonest reasons are told with a line of each, exit code 2, and no stack', () => {
  const wrong = { ...MAPPING, label: { column: 'Class', fraudValue: 'yes' } };
  writeFileSync(at('wrong.json'), JSON.stringify(wrong));
  for (const command of [['evaluate'], ['train', '--output', at('none.model')]]) {
    const run = goshawk(...command, '--data', at('table.csv'), '--mapping', at('wrong.json'));
    assert.equal(run.status, 2, run.stderr);
    assert.match(run.stderr, /no row that can be used with a label\. Of 1500 rows/);
    assert.match(run.stderr, /\d+ × as in line 2: Class is "0"; it means fraud as yes/);
    assert.doesNotMatch(run.stderr, /\n {4}at /);
  }
});

test('Y71: a catalogue document says which own columns are features; a model is trained with it and names them', () => {
  const document = {
    format: 'goshawk-catalogue-1',
    standard: ['amount'],
    data: {
      fields: [
        { name: 'V1', type: 'number', description: 'First', personal: false },
        { name: 'shop', type: 'category', description: 'Shop', personal: false },
      ],
    },
  };
  writeFileSync(at('catalogue.json'), JSON.stringify(document));
  const input = [
    '--data',
    at('table.csv'),
    '--mapping',
    at('mapping.json'),
    '--catalogue',
    at('catalogue.json'),
  ];
  const run = goshawk(
    'train',
    ...input,
    '--output',
    at('own.model'),
    '--trainer',
    'boosting',
    '--trees',
    '20',
  );
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stderr, /catalogue\.json declares no V2, token: no feature sees them\./);
  const { features } = parseModel(readFileSync(at('own.model'), 'utf8'), 'own.model').info;
  assert.deepEqual(features, ['amount', 'V1', 'shop']);
  writeFileSync(at('catalogue.json'), JSON.stringify({ ...document, standard: ['nothing'] }));
  const refused = goshawk('evaluate', ...input);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /\/standard\/0: "nothing" is no feature of the program/);
});
