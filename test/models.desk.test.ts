// The life of a model over the API of a running desk: filed, judged, on a share of the accounts, champion, back again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { parseModel, serializeModel } from '../src/models/model.ts';
import { scorerFor } from '../src/models/serving.ts';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');
const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  desk = await startDesk(folder.path, ['--rate', '150']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

type Listed = {
  models: { version: string; state: string; share: number; filedBy: string }[];
  events: { version: string; action: string; from: string | null; to: string; who: string; note: string }[];
  retraining: { running: boolean; last: { ok: boolean; text: string; version?: string } | null };
};
const listed = (): Promise<Listed> => getJson<Listed>(desk.url, '/v1/models');

async function file(text: string, who = 'ann'): Promise<Response> {
  return fetch(`${desk.url}/v1/models?who=${who}&notes=from%20a%20test`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: text,
  });
}

/** Sends decisions all the while, and gives the versions that made them, by account. */
function decisionsMeanwhile() {
  let stop = false;
  const made = new Map<string, string>();
  const running = (async () => {
    for (let i = 0; !stop; i++) {
      const account = `steady-${i % 40}`;
      const { status, body } = await postJson(
        desk.url,
        '/v1/decisions',
        smallest(`steady-${made.size}-${i}`, account),
      );
      assert.equal(status, 200);
      made.set(`${account} ${i}`, String(body.modelVersion));
    }
  })();
  return {
    made,
    async end() {
      stop = true;
      await running;
    },
  };
}

test('M9 a model is filed, decides for a share, becomes champion and goes back, without a restart or a lost decision', async () => {
  const [{ version }] = (await listed()).models;
  const answer = await fetch(`${desk.url}/v1/models/${version}/artefact`);
  const text = await answer.text();
  const model = parseModel(text, 'artefact');
  assert.equal(serializeModel(model), text);
  const twin = { ...model, info: { ...model.info, version: 'twin' } };
  const filed = await file(serializeModel(twin));
  assert.equal(filed.status, 201, await filed.clone().text());
  assert.equal((await file('garbage')).status, 400);
  assert.match(await (await file(text.slice(0, 2000))).text(), /checksum does not match/);
  assert.equal(
    (await fetch(`${desk.url}/v1/models`, { method: 'POST', body: 'x' })).status,
    400,
    'without a name',
  );

  const move = (to: string, more: object = {}) =>
    postJson(desk.url, '/v1/models/twin/state', { state: to, who: 'ann', ...more });
  assert.equal((await move('challenger')).status, 400, 'without a share');
  assert.equal((await move('nothing')).status, 400);
  const early = await move('champion');
  assert.equal(early.status, 409);
  assert.match(String(early.body.detail), /does not pass: \d+ frauds among \d+ labelled.*"override"/);

  const meanwhile = decisionsMeanwhile();
  assert.equal((await move('shadow')).status, 200);
  const half = await move('challenger', { share: 0.5, override: 'a test' });
  assert.deepEqual([half.status, half.body.state, half.body.share], [200, 'challenger', 0.5]);
  const scorer = (name: string) => ({ info: { version: name } }) as never;
  const serving = { champion: scorer(version), challenger: { scorer: scorer('twin'), share: 0.5 } };
  for (let i = 0; i < 40; i++) {
    const account = `shared-${i}`;
    const { body } = await postJson(desk.url, '/v1/decisions', smallest(`shared-${i}`, account));
    assert.equal(body.modelVersion, scorerFor(serving, account).info.version, account);
  }
  assert.equal((await move('champion', { override: 'a test' })).status, 200);
  const after = await postJson(desk.url, '/v1/decisions', smallest('after-promotion'));
  assert.equal(after.body.modelVersion, 'twin');
  assert.equal((await move('retired')).status, 409, 'the champion cannot just go');
  // Explained by the model that decided, whatever decides now.
  const story = await getJson<{ decision: { modelVersion: string }; baseVote: number | null }>(
    desk.url,
    '/v1/transactions/shared-0',
  );
  assert.equal(typeof story.baseVote, 'number');

  const back = await postJson(desk.url, '/v1/models/rollback', { who: 'bob', note: 'as a drill' });
  assert.deepEqual([back.status, back.body.version], [200, version]);
  const again = await postJson(desk.url, '/v1/decisions', smallest('after-rollback'));
  assert.equal(again.body.modelVersion, version);
  await meanwhile.end();
  assert.ok(meanwhile.made.size > 20);
  assert.deepEqual([...new Set(meanwhile.made.values())].sort(), [version, 'twin'].sort());

  const { models, events } = await listed();
  assert.deepEqual(
    models.map((item) => [item.version, item.state]).sort(),
    [
      [version, 'champion'],
      ['twin', 'retired'],
    ].sort(),
  );
  const [rolledBack] = events;
  assert.deepEqual([rolledBack.action, rolledBack.to, rolledBack.who], ['rolled back', 'champion', 'bob']);
  assert.ok(events.some(({ note }) => /although the gate did not open: a test/.test(note)));
  const file1 = await fetch(`${desk.url}/v1/transactions/shared-0?download=true`);
  assert.match(file1.headers.get('content-disposition') ?? '', /transaction-shared-0\.json/);
  const card = await getJson<{ card: string; sha256: string }>(desk.url, `/v1/models/${version}`);
  assert.match(card.card, new RegExp(`sha256 ${card.sha256}`));
  assert.equal((await fetch(`${desk.url}/v1/models/nowhere`)).status, 404);
});

test('M11 retraining and filing from the terminal say what stands in the way', async () => {
  const run = (args: readonly string[]) => spawnSync(GOSHAWK, args, { encoding: 'utf8', cwd: folder.path });
  const early = run(['retrain', '--url', desk.url, '--who', 'ann']);
  assert.equal(early.status, 1);
  assert.match(early.stderr, /too little to learn from yet: \d+ decisions old enough/);
  assert.match(run(['retrain', '--url', desk.url]).stderr, /--who is required/);
  assert.match(run(['retrain', '--url', 'http://127.0.0.1:9', '--who', 'ann']).stderr, /Nothing answers at/);
  const [{ version }] = (await listed()).models;
  const text = await (await fetch(`${desk.url}/v1/models/${version}/artefact`)).text();
  const model = parseModel(text, 'artefact');
  const renamed = serializeModel({ ...model, info: { ...model.info, version: 'from-a-file' } });
  writeFileSync(join(folder.path, 'renamed.model'), renamed);
  const filed = run([
    'model',
    'file',
    'renamed.model',
    '--url',
    desk.url,
    '--who',
    'ann',
    '--notes',
    'by hand',
  ]);
  assert.equal(filed.stdout, 'from-a-file is filed: candidate.\n', filed.stderr);
  assert.ok((await listed()).models.some((item) => item.version === 'from-a-file' && item.filedBy === 'ann'));
  assert.match(await (await fetch(`${desk.url}/metrics`)).text(), /^goshawk_model_drift_alarms NaN$/im);
});

test('M16 what the team can do is changed over the API, and what cannot be is told', async () => {
  const put = (body: object) =>
    fetch(`${desk.url}/v1/settings`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const changed = await put({ reviewsADay: 180, reviewPrecision: 0.7 });
  assert.equal(changed.status, 200, await changed.clone().text());
  const { work } = await getJson<{ work: { reviewsADay: number; reviewPrecision: number } }>(
    desk.url,
    '/v1/models/current',
  );
  assert.deepEqual([work.reviewsADay, work.reviewPrecision], [180, 0.7]);
  for (const body of [
    { reviewsADay: 0 },
    { reviewsADay: 1.5 },
    { reviewPrecision: 2 },
    { declinePrecision: null },
  ])
    assert.equal((await put(body)).status, 400, JSON.stringify(body));
  const refused = await put({ declinePrecision: 0.5 });
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /declinePrecision 0.5 is below reviewPrecision 0.7/);
  assert.equal((await put({ reviewsADay: null, reviewPrecision: 0.6 })).status, 200);
});
