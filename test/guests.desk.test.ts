// Rules and models are guests of a desk: none of them stops it, whatever it is and however it came in.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { kyselyOver } from '../src/adapters/sql/kysely-session.ts';
import { migrate } from '../src/adapters/sql/migrations.ts';
import { createModelRegistry } from '../src/adapters/sql/models.ts';
import { createOffice } from '../src/adapters/sql/office.ts';
import { vectorCodec } from '../src/engine/vector-codec.ts';
import { placeIn } from '../src/features/place-in.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createEnsemble } from '../src/models/ensemble.ts';
import { noEncoding } from '../src/models/exchange/foreign-model.ts';
import { checksum, type Model, serializeModel } from '../src/models/model.ts';
import { createColumns } from '../src/rules/past-columns.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { tryOnColumns } from '../src/runtimes/backtest.ts';
import { STANDARD_FOR_THREAD } from '../src/runtimes/catalogue-in-thread.ts';
import { tryInThread } from '../src/runtimes/model-trial.ts';
import {
  type DeskProcess,
  makeFolder,
  postJson,
  residentMegabytes,
  smallest,
  startDesk,
} from './desk-process.ts';
import { clientOf } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  // A rule in the book as a program filed it that believed whatever it was told.
  mkdirSync(join(folder.path, 'var'), { recursive: true });
  const database = openEmbeddedDatabase(join(folder.path, 'var', 'database'), (error) => {
    throw error;
  });
  await migrate(kyselyOver(database), 'embedded');
  const growing = { ...STARTER_RULES[0], id: 'growing', expression: grown(4), mode: 'shadow' } as const;
  await createOffice(database).rules.fileStarter([...STARTER_RULES, growing], Date.now());
  // A model as well: its nodes are no trees, and asking it would never end.
  await createModelRegistry(database).file(await endlessModel(), 'ann', '', Date.now());
  await database.close();
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

/** Each node leads to the next two. */
async function endlessModel(): Promise<Model> {
  const nodes = new Int32Array(new ArrayBuffer(16 * 82));
  for (let node = 0; node < 80; node++) nodes.set([placeIn(STANDARD, 'amount'), node + 1], 4 * node);
  for (const leaf of [80, 81]) nodes.set([-1, 0], 4 * leaf);
  const ensemble = createEnsemble(
    nodes.buffer as ArrayBuffer,
    new Float64Array(82).fill(1),
    new Int32Array(1),
    STANDARD.size,
  );
  return {
    info: {
      version: 'endless',
      kind: 'random-forest',
      createdAt: '2026-01-01T00:00:00.000Z',
      features: ['amount'],
      catalogueHash: STANDARD.hash,
      seed: 0,
      parameters: {},
      trainingWindow: { source: 'import', from: '', until: '', rows: 0, frauds: 0 },
      thresholds: { review: 0.5, decline: 0.9 },
    },
    ensemble,
    calibration: 'none',
    encoding: noEncoding(STANDARD),
  };
}

const grown = (times: number): string =>
  `transaction.city${'.split("").map(c, transaction.city).join("")'.repeat(times)}.size() > 1`;
const CITY = 'x'.repeat(110);

async function decide(id: string, more: object = {}) {
  const started = performance.now();
  const { rules } = await clientOf(desk).call('decide', { body: { ...smallest(id), ...more } });
  return { hits: rules, tookMs: performance.now() - started };
}
const costsOf = async (id: string) =>
  (await clientOf(desk).call('listRules')).rules.find((rule) => rule.id === id)?.costs;

test('R2 a desk whose rule book holds a rule without end lives, starts again and decides quickly', async () => {
  const refused = await postJson(desk.url, '/v1/rules/check', { expression: grown(4) });
  assert.match(String(refused.body.message), /With long texts this can be too much/);
  const first = await decide('g0', { city: CITY });
  assert.ok(first.tookMs < 1000, `${first.tookMs} ms`);
  const costs = await costsOf('growing');
  assert.match(costs?.suspendedBecause ?? '', /needs more than|took longer than/);
  assert.deepEqual([costs?.suspended, costs?.errors], [true, 1]);
  assert.match(desk.output(), /Rule growing, version 1, is left out from now on/);
  const times: number[] = [];
  for (let i = 1; i <= 40; i++) times.push((await decide(`g${i}`, { city: CITY })).tookMs);
  times.sort((a, b) => a - b);
  assert.ok(times[20] < 200, `${times[20]} ms`);
  assert.ok(residentMegabytes(desk) < 1500);

  await desk.kill();
  desk = await startDesk(folder.path, ['--no-simulator']);
  await decide('g41', { city: CITY });
  assert.equal((await costsOf('growing'))?.suspended, true);
  // Another rule moves: what is left out stays so.
  const harmless = { id: 'harmless', expression: 'score >= 0.0', action: 'tag', text: 'Always' };
  await postJson(desk.url, '/v1/rules', harmless);
  assert.equal((await postJson(desk.url, '/v1/rules/harmless/1/state', { state: 'live' })).status, 200);
  assert.deepEqual([(await costsOf('growing'))?.suspended, (await costsOf('growing'))?.errors], [true, 0]);
  assert.deepEqual(
    (await decide('g42', { city: CITY })).hits.map(({ id }) => id),
    ['harmless'],
  );
});

test('R7 what cannot be bounded is refused quickly, wherever it is typed', async () => {
  assert.equal((await postJson(desk.url, '/v1/rules/backtest', { expression: grown(3) })).status, 422);
  for (const expression of [
    `${'('.repeat(1900)}true${')'.repeat(1900)}`,
    '!'.repeat(4000),
    'a'.repeat(1 << 20),
  ]) {
    const started = performance.now();
    const { status, body } = await postJson(desk.url, '/v1/rules/check', { expression });
    assert.ok((status === 200 && body.ok === false) || (status >= 400 && status < 500), `${status}`);
    assert.ok(performance.now() - started < 1000);
  }
});

test('R7 a trial on the past is stopped like a rule in service, or when it is cancelled', async () => {
  const builder = createColumns(20_000);
  const vector = vectorCodec(STANDARD.size).encode(new Float64Array(STANDARD.size));
  for (let i = 0; i < 20_000; i++) {
    builder.add({
      id: `p${i}`,
      accountId: 'a',
      currency: 'EUR',
      type: 'purchase',
      channel: undefined,
      country: undefined,
      city: CITY,
      deviceId: undefined,
      ip: undefined,
      counterpartyId: undefined,
      counterpartyName: undefined,
      merchantId: undefined,
      merchantName: undefined,
      mcc: undefined,
      attributes: undefined,
      relation: undefined,
      occurredAtMs: i,
      decidedAtMs: i,
      amountMinor: 1,
      utcOffsetMinutes: Number.NaN,
      baseMinor: 1,
      baseCurrency: 'EUR',
      baseHundredths: 1,
      score: 0,
      outcome: 'approve',
      isFraud: undefined,
      hits: [],
      catalogueHash: STANDARD.hash,
      vector,
    });
  }
  const past = { catalogue: STANDARD, ...builder.finish() };
  const started = performance.now();
  await assert.rejects(
    tryOnColumns(past, grown(4), [], [], () => undefined),
    /In service this rule would be left out\. It (needs more than|took longer than)/,
  );
  assert.ok(performance.now() - started < 10_000);
  const stop = new AbortController();
  const dear = 'transaction.city.split("").exists(a, transaction.city.split("").exists(b, a + b == "yy"))';
  const trial = tryOnColumns(past, `${dear} || score < 2.0`, [], [], () => undefined, {
    signal: stop.signal,
  });
  stop.abort(new Error('enough'));
  await assert.rejects(trial, /enough/);
  const { counts } = await tryOnColumns(past, 'transaction.city.contains("x")', [], [], () => undefined);
  assert.deepEqual(
    [counts.rows, counts.hits, counts.errors],
    [20_000, 20_000, 0],
    'threads are there as before',
  );
});

const file = (body: string, type = 'application/octet-stream') =>
  fetch(`${desk.url}/v1/models?who=ann`, { method: 'POST', headers: { 'content-type': type }, body });
const signed = (body: unknown): string => {
  const text = JSON.stringify(body);
  return `${JSON.stringify({ format: 'goshawk-model-1', sha256: checksum(text) })}\n${text}\n`;
};

test('M14 a model that was filed before models were tried is asked for nothing: neither gate nor service', async () => {
  for (const path of ['/v1/models/endless/gate', '/v1/models/review?versions=endless']) {
    const started = performance.now();
    const answer = await fetch(desk.url + path);
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
    assert.match(await answer.text(), /two parents/);
    assert.ok(performance.now() - started < 10_000);
  }
  for (const state of ['shadow', 'champion', 'challenger']) {
    const moved = await postJson(desk.url, '/v1/models/endless/state', {
      state,
      share: 0.5,
      override: 'because',
      who: 'ann',
    });
    assert.equal(moved.status, 409, JSON.stringify(moved.body));
    assert.match(String(moved.body.detail), /not a usable model/);
  }
  assert.equal((await fetch(`${desk.url}/v1/models`)).status, 200);
  await decide('m-gate');
});

test('M14 a model is read and asked in a thread before it is filed; whatever else is sent is told what it is', async () => {
  for (const body of ['', 'null', '{}', '[]', '['.repeat(200_000), signed(null), signed([])])
    for (const type of ['application/octet-stream', 'application/json', 'text/plain']) {
      const { status } = await file(body, type);
      assert.ok(status >= 400 && status < 500, `${status}: ${type} ${body.slice(0, 20)}`);
    }
  const endless = await file(serializeModel(await endlessModel()));
  assert.equal(endless.status, 400);
  assert.match(await endless.text(), /two parents/);

  const { models } = await clientOf(desk).call('listModels');
  const champion = models.find(({ state }) => state === 'champion');
  assert.deepEqual(champion?.failures, { count: 0, last: null });
  const text = await (await fetch(`${desk.url}/v1/models/${champion?.version}/artefact`)).text();
  const body = JSON.parse(text.split('\n')[1]);
  const twin = (info: object): string =>
    signed({ ...body, info: { ...body.info, version: 'twin', ...info } });
  for (const info of [
    { thresholds: 'no' },
    { thresholds: { review: 0.9, decline: 0.1 } },
    { version: '../../../../tmp/evil' },
    { version: '__proto__' },
    { version: 'x'.repeat(100_000) },
    { features: [] },
  ]) {
    const answer = await file(twin(info));
    assert.equal(answer.status, 400, JSON.stringify(info).slice(0, 80));
  }
  const filed = await file(twin({}));
  assert.equal(filed.status, 201, await filed.text());
  assert.equal((await file(twin({}), 'application/json')).status, 201, 'whatever it is called');
  const moved = await postJson(desk.url, '/v1/models/twin/state', { state: 'shadow', who: 'ann' });
  assert.equal(moved.status, 200, JSON.stringify(moved.body));
  await decide('m-filed');
  assert.equal(
    await tryInThread({ text, catalogue: STANDARD_FOR_THREAD, rows: [] }, 1),
    'The model cannot serve: its trial took longer than 0.001 s.',
  );
});
