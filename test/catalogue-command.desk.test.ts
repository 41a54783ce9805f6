// ./goshawk catalogue, beside a desk and without one: from a file that is kept in git to what serves, and back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { type DeskProcess, makeFolder, startDesk } from './desk-process.ts';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const folder = makeFolder();
let desk: DeskProcess;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

type Ran = { readonly code: number; readonly out: string; readonly err: string };
const run = (...args: string[]): Promise<Ran> =>
  new Promise((done) => {
    execFile(GOSHAWK, ['catalogue', ...args], (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
    });
  });
const asked = (...args: string[]): Promise<Ran> => run(...args, '--url', desk.url);
function written(name: string, json: unknown): string {
  const file = join(folder.path, name);
  writeFileSync(file, typeof json === 'string' ? json : JSON.stringify(json));
  return file;
}

const DOCUMENT = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [{ name: 'customerId', type: 'id', description: 'The customer', personal: true }],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
  },
  features: [
    {
      name: 'customer_payments_24h',
      kind: 'aggregate',
      description: 'Payments of the customer in a day',
      unit: 'payments',
      missing: 'missing without a customer',
      sentence: '{value} payments of the customer in a day',
      entity: 'customer',
      measure: 'count',
      window: '24h',
    },
  ],
};

test('Y27 a document is checked without a desk: each problem is told with its place, and the command ends with 2', async () => {
  const good = await run('check', written('good.json', DOCUMENT));
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /in order[\s\S]*\+ entity customer/);
  const bad = { ...DOCUMENT, features: [{ ...DOCUMENT.features[0], entity: 'household' }] };
  const refused = await run('check', written('bad.json', bad));
  assert.equal(refused.code, 2);
  assert.match(refused.err, /1 problem\.[\s\S]*\/features\/0\/entity: .*household/);
  for (const wrong of [
    ['check', written('no.json', '{"format": ')],
    ['check', join(folder.path, 'nowhere.json')],
    ['check'],
    ['chekc', written('good.json', DOCUMENT)],
    [],
  ]) {
    assert.equal((await run(...wrong)).code, 2, wrong.join(' '));
  }
  assert.equal((await run('--help')).code, 0);
});

test('Y27 a file is compared in words, filed, put into service and written out the same', async () => {
  const file = written('catalogue.json', DOCUMENT);
  const compared = await asked('diff', file);
  assert.match(
    compared.out,
    /\+ feature customer_payments_24h[\s\S]*Histories of customer[\s\S]*No rule and no model/,
  );
  const filed = await asked('apply', file);
  assert.deepEqual([filed.code, /draft, version 1/.test(filed.out)], [0, true], filed.err);
  const live = await asked('apply', file, '--live', '--note', 'customers');
  assert.match(
    live.out,
    /Histories of customer .* are filled with what was before[\s\S]*Version 2 is in service\.\n$/,
  );
  const again = await asked('apply', file, '--live');
  assert.match(again.out, /nothing is changed/);
  const shown = await asked('show');
  assert.match(shown.out, /live: version 2[\s\S]*\ncustomer_payments_24h\town\tcustomer/);
  const copy = join(folder.path, 'copy.json');
  assert.equal((await asked('export', copy)).code, 0);
  const { features } = JSON.parse(readFileSync(copy, 'utf8'));
  assert.deepEqual(features, DOCUMENT.features);
  assert.match((await asked('diff', copy)).out, /nothing would change/);
  assert.equal((await asked('export', copy)).code, 1, 'nothing is written over');
  const shown0 = await run('export', '--standard');
  assert.equal((await asked('apply', written('standard.json', shown0.out), '--live')).code, 0);
  assert.match((await asked('show')).out, /live: version 3/);
  const nothing = await asked('cancel');
  assert.deepEqual([nothing.code, /No version is being filled/.test(nothing.err)], [1, true]);
});
