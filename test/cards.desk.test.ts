// Card numbers planted in every text of every operation, in records of every kind and in what cannot be read; then everything
// that the desk wrote is searched for their digits: database and its WAL, checkpoints, models, logs, answers.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { type Components, example, resolved, type Schema } from './hostile.ts';

const VISA = '4012888888881881';
/** Each is written in a way of its own, and all of them are searched for as they stand here. */
const FORMS = [
  VISA,
  '4012 8888 8888 1881',
  '4012-8888-8888-1881',
  '4012.8888.8888.1881',
  'card:5555555555554444',
  '\uff13\uff17\uff18\uff12\uff18\uff12\uff12\uff14\uff16\uff13\uff11\uff10\uff10\uff10\uff15',
  ';6011111111111117=29121010000012345678?',
  '%B3530111333300000^DOE/JANE^29121010000000000000?',
];
const CODE = '8765';
/** Beside each number: where the search finds this, it would have found the number. */
const CANARY = 'canarytown';
const folder = makeFolder();
let desk: DeskProcess;
const answers: string[] = [];

type Operation = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
};
type Parameter = {
  readonly in: 'path' | 'query';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
};

async function ask(
  method: string,
  path: string,
  body?: string,
  type = 'application/json',
): Promise<{ status: number; text: string }> {
  const answer = await fetch(desk.url + path, {
    method,
    ...(body !== undefined && { body, headers: { 'content-type': type } }),
  });
  const text = await answer.text();
  answers.push(`${method} ${path.split('?')[0].replaceAll(/[%\d]/g, '')}\n${text}`);
  return { status: answer.status, text };
}

/** Digits of what was planted, as they would be in a file: the form itself, and the number without anything between. */
const SEARCHED = [
  ...FORMS,
  ...FORMS.map((form) => form.normalize('NFKC').replaceAll(/\D/g, '').slice(0, 13)),
  '2912101000',
  'DOE/JANE',
];

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function foundIn(name: string, content: Buffer): string[] {
  return SEARCHED.filter((text) => content.includes(text)).map((text) => `${name}: ${text}`);
}

function assertNothingKept(): void {
  const files = filesUnder(folder.path);
  assert.ok(
    files.some((file) => file.includes('pg_wal')) && files.length > 100,
    'the database is among them',
  );
  assert.ok(files.some((file) => readFileSync(file).includes(CANARY)));
  const found = files.flatMap((file) => foundIn(file, readFileSync(file)));
  found.push(
    ...foundIn('output', Buffer.from(desk.output())),
    ...answers.flatMap((text) => foundIn(text.slice(0, 60), Buffer.from(text))),
  );
  assert.deepEqual(found, []);
}

async function operations(): Promise<Operation[]> {
  const document = await getJson<{
    components?: Components;
    paths: Record<
      string,
      Record<
        string,
        { parameters?: Parameter[]; requestBody?: { content: Record<string, { schema: Schema }> } }
      >
    >;
  }>(desk.url, '/openapi.json');
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: resolved(requestBody?.content['application/json']?.schema, document.components),
    })),
  );
}

/** A valid body with a text in every place that takes one; what has a pattern of its own may refuse it. */
function planted(schema: Schema, text: string, everywhere: boolean): unknown {
  if (schema.anyOf) return planted(schema.anyOf[0], text, everywhere);
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    return Object.fromEntries(fields.map(([name, part]) => [name, planted(part, text, everywhere)]));
  }
  if (schema.type === 'array') return [planted(schema.items ?? {}, text, everywhere)];
  const isFree =
    schema.type === 'string' &&
    !schema.enum &&
    (everywhere || (!schema.pattern && schema.format !== 'date-time'));
  return isFree ? text : example(schema);
}

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

test('T5 a card number in any text of any operation is kept nowhere, and nothing of it is answered', async () => {
  const encoded = (form: string): string => encodeURIComponent(form);
  for (const [i, { method, path, parameters, body }] of (await operations()).entries()) {
    // What would shut the open desk, end it or take minutes has tests of its own.
    if (/people|password|welcome|sign-in|retrain|backtest/.test(path)) continue;
    // Each operation in three ways, all ways among the operations.
    for (const form of [VISA, FORMS[i % FORMS.length], FORMS[(3 * i + 1) % FORMS.length]]) {
      let asked = path;
      const query: string[] = [];
      for (const { in: place, name, schema } of parameters) {
        const value = schema.type === 'string' && !schema.enum ? encoded(form) : String(example(schema));
        if (place === 'path') asked = asked.replace(`{${name}}`, value);
        else query.push(`${name}=${value}`);
      }
      const whole = query.length > 0 ? `${asked}?${query.join('&')}` : asked;
      const kinds = body
        ? [planted(body, form, false), planted(body, form, true)].map((one) => JSON.stringify(one))
        : [undefined];
      for (const kind of kinds)
        assert.ok((await ask(method, whole, kind)).status < 500, `${method} ${whole}`);
    }
  }
  for (const form of FORMS)
    assert.equal((await ask('GET', `/nothing/${encoded(form)}?a=${encoded(form)}`)).status, 404);
});

test('T5 records, cases, rules and lists that hold card numbers are taken in without them, and found by them', async () => {
  const must = async (
    method: string,
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<Record<string, unknown>> => {
    const { status, text } = await ask(
      method,
      path,
      typeof body === 'string' ? body : JSON.stringify(body),
      type,
    );
    assert.ok(status < 300, `${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : {};
  };
  await must('POST', '/v1/lists/blocked-accounts/entries', {
    entries: [{ value: VISA, note: `note ${VISA}` }],
  });
  await must(
    'POST',
    '/v1/lists/blocked-accounts/import',
    `"4012-8888-8888-1881",,"again ${VISA}"\ncard:5555555555554444,,x\n`,
    'text/csv',
  );
  await must('PUT', '/v1/sanctions/cards', `uid,name\n${VISA},Jane ${VISA}\n`, 'text/csv');
  await must('POST', '/v1/rules', {
    id: 'one-card',
    expression: `transaction.accountId == "${VISA}"`,
    action: 'tag',
    text: `about ${VISA}`,
  });
  const decided: unknown[] = [];
  for (const [i, form] of FORMS.entries()) {
    const full = {
      ...smallest(`${form} ${i}`, form),
      deviceId: form,
      counterpartyId: form,
      counterpartyName: form,
      city: `${CANARY} ${form}`,
      merchant: { id: form, name: form },
    };
    decided.push((await must('POST', '/v1/decisions', full)).outcome);
  }
  // The list holds the card, however the transaction writes it.
  assert.deepEqual(decided.slice(0, 5), new Array(5).fill('decline'));
  const byNumber = await getJson<{ items: { id: string; accountId: string }[] }>(
    desk.url,
    `/v1/transactions?accountId=${encodeURIComponent('4012 8888 8888 1881')}`,
  );
  assert.equal(byNumber.items.length, 4, 'four ways to write one card are one account');
  assert.match(byNumber.items[0].accountId, /^401288xxxxxx1881~[a-z2-7]{20}$/);
  const one = await getJson<{ id: string }>(desk.url, `/v1/transactions/${encodeURIComponent(`${VISA} 0`)}`);
  answers.push(JSON.stringify([byNumber, one]));
  const again = { ...smallest(`${VISA} 0`, '4012-8888-8888-1881') };
  assert.equal(
    (await ask('POST', '/v1/decisions', JSON.stringify(again))).status,
    409,
    'an id is one id in every form',
  );
  await must('POST', '/v1/labels', { transactionId: `${VISA} 0`, fraud: true, fraudType: `stolen ${VISA}` });
  const queue = await getJson<{ items: { id: number }[] }>(desk.url, `/v1/queue?search=${VISA}`);
  assert.ok(queue.items.length > 0, 'the queue is searched by the number');
  const [alert] = queue.items;
  await must('POST', `/v1/queue/${alert.id}/notes`, { text: `They said ${VISA}` });
  const { id } = await must('POST', '/v1/cases', { title: `Card ${VISA}`, alerts: [alert.id] });
  await must('POST', `/v1/cases/${id}/tasks`, { text: `Call about ${VISA}` });
  await must('POST', `/v1/queue/${alert.id}/attachments?name=${VISA}.txt`, 'a file', `text/${VISA}`);
  const lines = FORMS.flatMap((form, i) => [
    JSON.stringify(smallest(`bulk ${i} ${form}`, form)),
    JSON.stringify({ ...smallest(`bulk-x ${i}`), cardNumber: form, [form]: 1 }),
    `{"id":"${form}","accountId":"${form}`,
    JSON.stringify({ ...smallest(`${'x'.repeat(1990)}${form}`) }),
    form,
  ]);
  const bulk = await must('POST', '/v1/transactions', lines.join('\n'), 'application/x-ndjson');
  assert.deepEqual([bulk.accepted, bulk.rejected], [FORMS.length, FORMS.length * 4]);
  answers.push(JSON.stringify(await getJson(desk.url, '/v1/dead-letters')));
});

test('T8 security codes, PINs and tracks are refused in every body, and kept nowhere', async () => {
  const secret = `${CODE}${CODE}${CODE}`;
  for (const fields of [
    { cvv: secret },
    { card: { pinBlock: secret } },
    { track2: [secret] },
    { 'Security Code': secret },
  ]) {
    for (const [method, path, body] of [
      ['POST', '/v1/decisions', smallest('t8')],
      ['POST', '/v1/labels', { transactionId: 't8', fraud: true }],
      ['POST', '/v1/rules', { id: 't8', expression: 'score > 2.0', action: 'tag', text: 'x' }],
      ['PUT', '/v1/views', { name: 't8', path: '/alerts' }],
    ] as const) {
      const { status, text } = await ask(method, path, JSON.stringify({ ...body, ...fields }));
      assert.ok(status === 422 || status === 400, `${path} ${status}`);
      assert.ok(!text.includes(secret));
    }
    const line = JSON.stringify({ ...smallest('t8'), ...fields });
    const bulk = await postJson(desk.url, '/v1/transactions', [line, line.slice(0, -1)].join('\n'));
    assert.equal(bulk.body.rejected ?? bulk.status, 2);
  }
});

test('T5 nothing that the desk wrote or said holds a card number, and the key keeps its tokens after a restart', async () => {
  const before = await getJson<{ items: { accountId: string }[] }>(
    desk.url,
    `/v1/transactions?accountId=${VISA}`,
  );
  await desk.stop();
  assertNothingKept();
  const files = filesUnder(folder.path).filter((file) => readFileSync(file).includes(CODE.repeat(3)));
  assert.deepEqual(files, [], 'T8');
  const key = join(folder.path, 'var/card-token.key');
  assert.equal(statSync(key).mode & 0o777, 0o600);
  desk = await startDesk(folder.path, ['--no-simulator']);
  const after = await getJson<{ items: { accountId: string }[] }>(
    desk.url,
    `/v1/transactions?accountId=${VISA}`,
  );
  assert.equal(after.items[0].accountId, before.items[0].accountId);
  await desk.stop();
  const kept = readFileSync(key);
  rmSync(key);
  await assert.rejects(
    startDesk(folder.path, ['--no-simulator']),
    /not the key that the card numbers in this database became tokens with/,
  );
  writeFileSync(key, kept, { mode: 0o600 });
  desk = await startDesk(folder.path, ['--no-simulator', '--card-numbers', 'refuse']);
  const refused = await postJson(desk.url, '/v1/decisions', smallest('refused', '4012 8888 8888 1881'));
  assert.equal(refused.status, 422);
  assert.match(
    JSON.stringify(refused.body),
    /accountId holds a card number; send a token or a masked number/,
  );
  assert.equal(
    (await postJson(desk.url, '/v1/lists/blocked-accounts/entries', { entries: [{ value: VISA }] })).status,
    422,
  );
});
