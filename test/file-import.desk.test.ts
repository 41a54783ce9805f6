// A bank's own file, imported as decided history: detected, tried, decided row by row, ended, gone on with after a death.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withValueAt } from '../src/domain/json-place.ts';
import type { FileImport, ImportedFile } from '../src/protocol/file-imports.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller } from './people.ts';

const folder = makeFolder();
const CARD = '4111111111111111';
let desk: DeskProcess;
let somebody: Caller;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  somebody = caller(desk);
});
after(async () => {
  await desk?.stop();
  folder.remove();
});

const call = () => somebody.client;
const take = (name: string, text: string): Promise<ImportedFile> =>
  call().call('takeFile', { query: { name }, body: text, type: 'text/csv' });

/** The mapping with an answer to each question: by the text of a choice, or the first one. */
function answered({ detection }: ImportedFile, answers: Readonly<Record<string, unknown>> = {}): string {
  assert.ok(detection);
  let mapping: Readonly<Record<string, unknown>> = detection.mapping;
  for (const { pointer, choices } of detection.questions) {
    const value = Object.hasOwn(answers, pointer) ? answers[pointer] : choices[0].value;
    mapping = withValueAt(mapping, pointer, value ?? undefined);
  }
  return JSON.stringify(mapping);
}

async function ended(id: string): Promise<FileImport> {
  for (;;) {
    const found = await call().call('getFileImport', { params: { id } });
    if (found.state !== 'running') return found;
    await sleep(50);
  }
}
const imported = async (id: string, mapping: string, trial = false): Promise<FileImport> =>
  ended((await call().call('importFile', { params: { id }, body: { mapping, trial } })).id);

const HEAD = 'Umsatz-Nr;Konto;Buchung;Betrag;Gerät;Kunde;Risiko;Betrug';
const day = (i: number): string =>
  `${String(1 + (i % 28)).padStart(2, '0')}.0${2 + (Math.floor(i / 28) % 7)}.2026`;
const row = (i: number, tag = 'u'): string =>
  `${tag}-${i};K${i % 20};${day(i)} 12:0${i % 10}:00;1.${String(200 + (i % 700)).padStart(3, '0')},${String(10 + (i % 90))};g-${i % 15};c-${i % 9};0,${i % 10};${i % 25 === 0 ? 'ja' : 'nein'}`;
const file = (rows: number, tag?: string): string =>
  `${[HEAD, ...Array.from({ length: rows }, (_, i) => row(i, tag))].join('\n')}\n`;

test('J1 J2 what a file is is found: marks, times and columns by name and content, and what can be read in two ways is asked', async () => {
  const found = await take('umsatz.csv', file(400));
  const { detection } = found;
  assert.ok(detection);
  assert.deepEqual(detection.mapping, {
    fields: {
      id: { column: 'Umsatz-Nr' },
      accountId: { column: 'Konto' },
      occurredAt: { column: 'Buchung', time: 'day_month_year' },
      amountMinor: { column: 'Betrag', factor: 'currency', decimal: ',' },
      deviceId: { column: 'Gerät' },
    },
    attributes: {
      Kunde: { column: 'Kunde', type: 'category' },
      Risiko: { column: 'Risiko', type: 'number', decimal: ',' },
    },
    label: { column: 'Betrug', fraudValue: 'ja', genuineValue: 'nein' },
  });
  assert.deepEqual(
    detection.questions.map(({ pointer }) => pointer),
    ['/fields/occurredAt/zone', '/fields/currency', '/fields/type'],
  );
  await assert.rejects(
    call().call('previewFile', {
      params: { id: found.id },
      body: { mapping: JSON.stringify(detection.mapping) },
    }),
    /fields\.currency is required/,
    'what is asked is not guessed',
  );
});

test('J3 the first rows are shown as they are and as they will be', async () => {
  const found = await take(
    'umsatz.csv',
    `${file(3)}u-9;K1;31.02.2026 10:00;12,50;g;c;0,1;ja\nu-10;K1;01.03.2026 10:00;12.50;g;c;0,1;ja\n`,
  );
  const mapping = answered(found, {
    '/fields/occurredAt/zone': 'Europe/Berlin',
    '/fields/amountMinor': { column: 'Betrag', factor: 'currency', decimal: ',' },
  });
  const { rows } = await call().call('previewFile', { params: { id: found.id }, body: { mapping } });
  assert.equal(rows.length, 5);
  assert.deepEqual(rows[0].problems, undefined);
  assert.equal(rows[0].transaction?.occurredAt, '2026-02-01T12:00:00.000+01:00');
  assert.equal(rows[0].transaction?.amountMinor, 120010);
  assert.deepEqual([rows[0].fraud, rows[1].fraud, rows[0].cells[3]], [true, false, '1.200,10']);
  assert.match(rows[3].problems?.[0].message ?? '', /31\.02\.2026/);
  assert.match(rows[4].problems?.[0].message ?? '', /12\.50/, 'a point is no decimal comma');
});

test('J5 IMPORTER2 A trial says what an import would say, and sends nothing', async () => {
  const text = `${file(600, 'x')}${row(3, 'x')}\nx-4;K1;01.03.2026 10:00;7,00;g;c;0,1;ja\nx-broken;K1;01.03.2026 10:00;many;g;c;0,1;ja\nshort;row\n`;
  const found = await take('umsatz.csv', text);
  const mapping = answered(found);
  const tried = await imported(found.id, mapping, true);
  const counts = ({ rows, decided, repeated, rejected, frauds, genuine, unlabelled }: FileImport) => ({
    rows, decided, repeated, rejected, frauds, genuine, unlabelled,
  }); // biome-ignore format: a list
  assert.deepEqual(counts(tried), {
    rows: 604,
    decided: 600,
    repeated: 1,
    rejected: 3,
    frauds: 25,
    genuine: 577,
    unlabelled: 0,
  });
  const { items } = await call().call('listTransactions');
  assert.deepEqual(items, []);
  const real = await imported(found.id, mapping);
  assert.deepEqual(counts(real), counts(tried));
  assert.equal(real.problem, null);
});

test('J6 IMPORTER1 Of an import that is done, each row of the file is decided, a repetition, or rejected with its line: the counts add up', async () => {
  const { imports } = await call().call('listFileImports');
  const real = imports.find(({ isTrial }) => !isTrial);
  assert.ok(real);
  assert.equal(real.decided + real.repeated + real.rejected, real.rows);
  assert.deepEqual(
    real.told.map(({ line, problem }) => [
      line,
      problem === null ? null : problem.split(' ').slice(0, 3).join(' '),
    ]),
    [
      [602, null],
      [603, 'The id "x-4"'],
      [604, 'amountMinor must be'],
      [605, 'The line has'],
    ],
  );
  const { items } = await call().call('listTransactions', { query: { limit: 500 } });
  const frauds = items.filter(({ isFraud }) => isFraud === true);
  assert.ok(frauds.length > 15, `${frauds.length} are labelled`);
  const story = await call().call('getTransaction', { params: { id: 'x-25' } });
  assert.equal(story.transaction.attributes?.Risiko, 0.5);
});

test('IMPORTER3 What is taken in lies on disk as nobody but this process can read it, and is gone after a day', async () => {
  const found = await take(
    'karten.csv',
    `id,card number,time,amount,currency,type\n${Array.from({ length: 30 }, (_, i) => `p-${i},${i % 2 ? CARD : '5555555555554444'},2026-03-0${1 + (i % 9)}T10:00:00Z,${i}.50,EUR,purchase`).join('\n')}\n`,
  );
  const onDisk = (): string[] => {
    const uploads = join(folder.path, 'var', 'uploads');
    return readdirSync(uploads).map((name) => readFileSync(join(uploads, name), 'latin1'));
  };
  assert.ok(onDisk().length > 0);
  assert.ok(onDisk().every((text) => !text.includes(CARD) && !text.includes('purchase')));
  const { detection } = found;
  assert.deepEqual(
    detection?.mapping.fields && (detection.mapping.fields as Record<string, unknown>).accountId,
    { column: 'card number' },
  );
  assert.ok(!JSON.stringify(found).includes(CARD), 'samples are masked');
  const mapping = answered(found);
  const { rows } = await call().call('previewFile', { params: { id: found.id }, body: { mapping } });
  assert.ok(!JSON.stringify(rows).includes(CARD));
  assert.match(rows[1].transaction?.accountId ?? '', /^411111x{6}1111~/, 'T5 a token stands for it');
  assert.equal((await imported(found.id, mapping)).decided, 30);
  assert.equal((await call().call('dropFile', { params: { id: found.id } })).dropped, true);
  await assert.rejects(call().call('getFile', { params: { id: found.id } }), /Bring it again/);
});

test('IMPORTER4 One import is under way at a time; it can be ended, and what was decided until then stays', async () => {
  const found = await take('lang.csv', file(20_000, 'long'));
  const mapping = answered(found);
  const body = { mapping };
  const begun = await call().call('importFile', { params: { id: found.id }, body });
  await assert.rejects(call().call('importFile', { params: { id: found.id }, body }), /under way/);
  const live = await postJson(desk.url, '/v1/decisions', smallest('live-beside', 'a'));
  assert.equal(live.status, 200, 'decisions go on');
  while ((await call().call('getFileImport', { params: { id: begun.id } })).decided < 500) await sleep(20);
  await call().call('cancelFileImport', { params: { id: begun.id } });
  const over = await ended(begun.id);
  assert.equal(over.state, 'cancelled');
  assert.ok(over.decided >= 500 && over.decided < 20_000, `${over.decided}`);
  await assert.rejects(call().call('cancelFileImport', { params: { id: begun.id } }), /over/);
});

test('J8 IMPORTER5 A file whose import was cut short is imported again from its start: what was decided then counts as decided', async () => {
  const text = file(6000, 'kill');
  const found = await take('kill.csv', text);
  const begun = await call().call('importFile', {
    params: { id: found.id },
    body: { mapping: answered(found) },
  });
  while ((await call().call('getFileImport', { params: { id: begun.id } })).decided < 300) await sleep(20);
  await desk.kill();
  desk = await startDesk(folder.path, ['--no-simulator']);
  somebody = caller(desk);
  await assert.rejects(call().call('getFile', { params: { id: found.id } }), /Bring it again/);
  const again = await take('kill.csv', text);
  const whole = await imported(again.id, answered(again));
  assert.deepEqual(
    [whole.state, whole.rows, whole.decided, whole.repeated, whole.rejected],
    ['done', 6000, 6000, 0, 0],
  );
  const third = await imported(again.id, answered(again));
  assert.deepEqual(
    [third.decided, third.repeated],
    [0, 6000],
    'a file that was imported to its end is a repetition',
  );
});

test('J4 a file that is none, or a mapping that does not fit, is refused with why', async () => {
  await assert.rejects(take('leer.csv', ' '), /no rows|empty|names/);
  await assert.rejects(take('x.zip', 'PK\u0003\u0004aaaaaaaa'), /zip archive/);
  const found = await take('umsatz.csv', file(5));
  const mapping = answered(found).replace('"Konto"', '"Conto"');
  await assert.rejects(
    call().call('previewFile', { params: { id: found.id }, body: { mapping } }),
    /no column "Conto"/,
  );
  await assert.rejects(
    call().call('importFile', { params: { id: found.id }, body: { mapping: '{' } }),
    /not JSON|JSON/,
  );
  const json = await take(
    'rows.ndjson',
    `${JSON.stringify({ ...smallest('nd-1', 'a-7'), occurredAt: '2026-01-02T03:04:05Z' })}\n`,
  );
  assert.equal(json.detection, null);
  assert.equal((await imported(json.id, '')).decided, 1);
});
