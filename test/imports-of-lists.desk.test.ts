// Imports of lists and names: a little at a time beside decisions, with progress, and an end where somebody wants one.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImportStatus } from '../src/protocol/lists.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let somebody: Caller;
before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  somebody = caller(desk);
  for (const name of ['many', 'gone', 'long', 'other']) {
    assert.equal((await postJson(desk.url, '/v1/lists', { name, kind: 'device' })).status, 201);
  }
});
after(async () => {
  await desk?.stop();
  folder.remove();
});

const send = (method: string, path: string, body: string) =>
  somebody(method, path, body, { 'content-type': 'text/csv' });
const fill = (name: string, body: string | Uint8Array<ArrayBuffer>) =>
  somebody.client.call('importEntries', { params: { name }, body, type: 'text/csv' });
const screen = (name: string) => somebody.client.call('screenName', { body: { name } });
const imports = async () => (await somebody.client.call('listImports')).imports;

/** The newest import of a list or source, once it is as wanted. */
async function once(name: string, wanted: (status: ImportStatus) => boolean): Promise<ImportStatus> {
  for (let tries = 0; tries < 400; tries++) {
    const found = (await imports()).find((one) => one.name === name);
    if (found && wanted(found)) return found;
    await sleep(25);
  }
  throw new Error(`no import of ${name} is as wanted: ${JSON.stringify(await imports())}`);
}
const entries = async (name: string): Promise<number> =>
  (await somebody.client.call('listLists')).lists.find((list) => list.name === name)?.entries ?? Number.NaN;
const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `dev-${from + i}`).join('\n');

test('L7 an import tells how far it is, and can be cancelled; what was taken stays and counts', async () => {
  const answer = send('POST', '/v1/lists/many/import', lines(200_000));
  const running = await once('many', ({ state, taken }) => state === 'running' && taken > 0);
  assert.ok(running.progress !== null && running.progress > 0 && running.progress < 1, `${running.progress}`);
  const again = await send('POST', '/v1/lists/many/import', 'dev-1');
  assert.equal(again.status, 409, 'one at a time into a list');
  assert.match(String(again.body.detail), /under way/);
  const decided = await postJson(desk.url, '/v1/decisions', { ...smallest('beside'), deviceId: 'd' });
  assert.equal(decided.status, 200, 'decisions go on');
  const cancelled = await fetch(`${desk.url}/v1/imports/${running.id}`, { method: 'DELETE' });
  assert.equal(cancelled.status, 200);
  const told = await answer;
  assert.equal(told.status, 409);
  const status = await once('many', ({ state }) => state !== 'running');
  assert.deepEqual([status.state, status.taken < 200_000], ['cancelled', true]);
  assert.match(
    String(told.body.detail),
    new RegExp(`cancelled.*${status.taken} entries were taken and stay`),
  );
  assert.equal(await entries('many'), status.taken);
  const twice = await fetch(`${desk.url}/v1/imports/${running.id}`, { method: 'DELETE' });
  assert.equal(twice.status, 409);
  assert.equal((await fetch(`${desk.url}/v1/imports/nowhere`)).status, 404);
});

test('L7 an import ends when its sender goes, while it sends and while it waits', async () => {
  for (const isWhole of [false, true]) {
    const body = lines(100_000, isWhole ? 1_000_000 : 0);
    const sending = request(`${desk.url}/v1/lists/gone/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', 'content-length': body.length + (isWhole ? 0 : 1) },
    });
    sending.on('error', () => undefined);
    if (isWhole) sending.end(body);
    else sending.write(body);
    await once('gone', ({ state, taken }) => state === 'running' && taken > 0);
    sending.destroy();
    const { state, taken, problem } = await once('gone', (status) => status.state !== 'running');
    assert.equal(state, 'abandoned', String(problem));
    assert.ok(taken > 0 && taken < 100_000, `${taken}`);
    await sleep(100);
    const then = (await imports()).find(({ name }) => name === 'gone')?.taken;
    assert.equal(then, taken, 'nothing more is taken');
  }
});

test('L5 a line that is too long is told with its number, and the others go in', async () => {
  const body = `ok-1\n${'x'.repeat(30 << 20)}\nok-2\n`;
  const done = await fill('long', body);
  assert.deepEqual([done.added, done.refused, done.problems[0].line], [2, 1, 2]);
  assert.match(done.problems[0].problem, /longer than 64 KB/);
  const latin1 = new Uint8Array(Buffer.from('ok\nM\xfcller\n', 'latin1'));
  const { added, problems } = await fill('other', latin1);
  assert.deepEqual([added, problems[0].line], [1, 2]);
  assert.match(problems[0].problem, /not UTF-8: byte 0xFC at line 2, column 2/);
});

test('L4 names replace their source as a whole or not at all', async () => {
  const score = async (name: string) => (await screen(name)).score;
  const first = await send('PUT', '/v1/sanctions/sdn', 'uid,name\n1,Oleg Zbruev\n');
  assert.equal(first.status, 200);
  assert.equal(await score('Zbruev, Oleg'), 1);
  const many = `uid,name\n${Array.from({ length: 60_000 }, (_, i) => `${i},Person ${i.toString(36)} Qwertz`).join('\n')}\n`;
  const answer = send('PUT', '/v1/sanctions/sdn', many);
  const { id } = await once('sdn', ({ state, progress }) => state === 'running' && (progress ?? 0) > 0);
  assert.equal(await score('Zbruev, Oleg'), 1, 'the names of before serve');
  await fetch(`${desk.url}/v1/imports/${id}`, { method: 'DELETE' });
  assert.equal((await answer).status, 409);
  assert.equal(await score('Zbruev, Oleg'), 1);
  assert.ok((await score('Person xx Qwertz')) < 0.9, 'none of the new ones counts');
  const broken = await send('PUT', '/v1/sanctions/sdn', `uid,name\n1,ok\n2,"${'y'.repeat(100_000)}\n`);
  assert.equal(broken.status, 422);
  assert.match(String(broken.body.detail), /Line 3: A quote is opened and not closed/);
  const second = await send('PUT', '/v1/sanctions/sdn', 'uid,name\n1,Anna Maria Lang\n');
  assert.equal(second.status, 200);
  assert.deepEqual([await score('Lang, Anna Maria'), (await score('Zbruev, Oleg')) < 0.9], [1, true]);
});

test('L4 L9 lists of the UN and of OFAC come in as they are published; a weak alias alone stops nobody, and a hit says why', async () => {
  const individual = `<INDIVIDUAL><DATAID>7</DATAID><FIRST_NAME>Ermengarde</FIRST_NAME><SECOND_NAME>Quillfeather</SECOND_NAME>
    <REFERENCE_NUMBER>XDi.007</REFERENCE_NUMBER><NAME_ORIGINAL_SCRIPT>Эрменгарда Квилфезер</NAME_ORIGINAL_SCRIPT>
    <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Nightjar Umbrella</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>`;
  const list = (end: string) =>
    `<?xml version='1.0' encoding='utf-8'?><CONSOLIDATED_LIST><INDIVIDUALS>${individual}\n<INDIVIDUAL><DATAID>8</DATAID></INDIVIDUAL></INDIVIDUALS>${end}`;
  const told = await somebody.client.call('importSanctionsList', {
    params: { name: 'un' },
    body: list('</CONSOLIDATED_LIST>'),
    type: 'application/xml',
  });
  assert.deepEqual([told.names, told.dropped], [3, 1]);
  assert.equal(told.problems[0].problem, 'Entry 2 (8) has no name.');
  const strong = await screen('Quillfeather Ermengarde');
  assert.deepEqual(
    [strong.score, strong.uid, strong.source, strong.isWeakAlias],
    [1, 'XDi.007', 'un', false],
  );
  assert.equal((await screen('Эрменгарда Квилфезер')).score, 1);
  const weak = await screen('Nightjar Umbrella');
  assert.deepEqual([weak.score, weak.uid, weak.isWeakAlias], [0.9, 'XDi.007', true]);
  assert.match(
    weak.why,
    /^It is a weak alias, which counts 0.9 at most. nightjar is the same; umbrella is the same\.$/,
  );
  const transfer = async (id: string, counterpartyName: string) => {
    const body = { ...smallest(id), type: 'transfer' as const, counterpartyId: 'p', counterpartyName };
    const { rules } = await somebody.client.call('decide', { body });
    return rules.find((hit) => hit.id === 'sanctioned-name');
  };
  const hit = await transfer('named', 'Quilfeather, Ermengarde');
  assert.match(
    String(hit?.why),
    /^0\.9\d like Ermengarde Quillfeather \(XDi\.007, un\)\. .*quilfeather for quillfeather: spelled alike/,
  );
  const story = await somebody.client.call('getTransaction', { params: { id: 'named' } });
  assert.equal(
    story.rules.find(({ id }) => id === 'sanctioned-name')?.why,
    hit?.why,
    'it is stored with the decision',
  );
  assert.equal(await transfer('aliased', 'Nightjar Umbrella'), undefined);
  const cut = await send('PUT', '/v1/sanctions/un', list(''));
  assert.equal(cut.status, 422);
  assert.match(String(cut.body.detail), /does not end with <\/CONSOLIDATED_LIST>/);
  assert.equal((await screen('Quillfeather Ermengarde')).score, 1, 'the list of before stays');
  // The same names of OFAC, in place of those: as one list, a strong name of a party wins over a weak one.
  const advanced = `<Sanctions><DistinctParties><DistinctParty FixedRef="9"><Profile ID="9"><Identity><Alias LowQuality="false"><DocumentedName>
    <DocumentedNamePart><NamePartValue>Nightjar Umbrella</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity></Profile></DistinctParty></DistinctParties></Sanctions>`;
  assert.equal((await send('PUT', '/v1/sanctions/ofac', advanced)).status, 200);
  const both = await screen('Nightjar Umbrella');
  assert.deepEqual([both.score, both.uid, both.source, both.isWeakAlias], [1, '9', 'ofac', false]);
});

test('L1 a list that was emptied by its removal and made anew holds nothing of before', async () => {
  const { status } = await postJson(desk.url, '/v1/lists', { name: 'again', kind: 'device' });
  assert.equal(status, 201);
  await send('POST', '/v1/lists/again/import', lines(1500));
  assert.equal(await entries('again'), 1500);
  assert.equal((await fetch(`${desk.url}/v1/lists/again`, { method: 'DELETE' })).status, 200);
  await postJson(desk.url, '/v1/lists', { name: 'again', kind: 'device' });
  assert.equal(await entries('again'), 0);
  const page = await somebody.client.call('listEntries', { params: { name: 'again' } });
  assert.deepEqual(page.entries, []);
});
