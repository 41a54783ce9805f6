// The life of a case over the API of a running desk: alerts, tasks, closing by two people, and the report.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { type Caller, firstAdministrator, invite } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let ann: Caller;
let bob: Caller;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  for (const account of ['card-a', 'card-b']) {
    for (let i = 0; i < 6; i++) {
      const more =
        i === 5
          ? { merchant: { id: 'm', name: 'Zoë & <Söhne>', mcc: '5411' }, country: 'DE', channel: 'atm' }
          : {};
      await postJson(desk.url, '/v1/decisions', {
        ...smallest(`${account}-${i}`, account, 100 + i),
        ...more,
      });
    }
  }
  const administrator = await firstAdministrator(desk);
  await administrator('PUT', '/v1/settings', { fourEyesCases: true });
  ann = await invite(desk, administrator, 'ann', ['analyst']);
  bob = await invite(desk, administrator, 'bob', ['analyst']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

const fileOf = (id: number) => ann.client.call('getCase', { params: { id } });

test('C1 a case holds alerts, each in one case, and every change names what was seen', async () => {
  const { items: queue } = await ann.client.call('listAlerts');
  assert.equal(queue.length, 2);
  const ids = queue.map(({ id }) => id);
  const opened = await ann('POST', '/v1/cases', { title: 'Card testing', alerts: [ids[0]] });
  assert.equal(opened.status, 201);
  const id = Number(opened.body.id);
  assert.deepEqual((await bob('POST', `/v1/cases/${id}/alerts`, { alerts: ids })).body, { added: [ids[1]] });
  const other = Number((await bob('POST', '/v1/cases', { title: 'Another', alerts: ids })).body.id);
  assert.deepEqual((await fileOf(other)).alerts, [], 'they belong to the first case');
  const { version } = (await fileOf(id)).case;
  const edit = (who: Caller, narrative: string) =>
    who('POST', `/v1/cases/${id}/actions`, { version, action: 'edit', narrative });
  const [one, two] = await Promise.all([edit(ann, 'by Ann'), edit(bob, 'by Bob')]);
  assert.deepEqual([one.status, two.status].sort(), [200, 409]);
});

test('C2 a case closes when its tasks are done and a second person agrees', async () => {
  const id = 1;
  await ann('POST', `/v1/cases/${id}/tasks`, { text: 'Call the customer' });
  const act = async (who: Caller, action: string, outcome?: string) => {
    const { version } = (await fileOf(id)).case;
    return who('POST', `/v1/cases/${id}/actions`, { version, action, ...(outcome && { outcome }) });
  };
  assert.equal((await act(ann, 'propose', 'fraud')).status, 200);
  assert.match(String((await act(bob, 'close')).body.detail), /1 tasks are not done/);
  const [task] = (await fileOf(id)).tasks;
  const done = await bob('PUT', `/v1/cases/${id}/tasks/${task.id}`, { done: true });
  assert.deepEqual(done.body, { task: task.id, done: true });
  const again = await bob('PUT', `/v1/cases/${id}/tasks/${task.id}`, { done: true });
  assert.deepEqual([again.status, again.body], [200, done.body], 'the same again changes nothing');
  const doings = (await fileOf(id)).history.filter(({ action }) => action === 'did a task');
  assert.equal(doings.length, 1);
  assert.match(
    String((await bob('PUT', `/v1/cases/${id}/tasks/999`, { done: true })).body.detail),
    /no task 999/,
  );
  assert.match(String((await act(ann, 'close')).body.detail), /Somebody else/);
  assert.equal((await act(bob, 'close')).status, 200);
  const closed = await fileOf(id);
  assert.deepEqual([closed.case.status, closed.case.outcome], ['closed', 'fraud']);
  assert.ok(closed.history.some(({ who, action }) => who === 'bob by name' && action === 'closed a case'));
  assert.equal((await act(ann, 'edit')).status, 409, 'a closed case is not changed');
  assert.equal((await act(ann, 'reopen')).status, 200);
});

test('C3 the report holds every transaction of its alerts, as JSON and as goAML', async () => {
  const details = {
    reportingEntityId: 17,
    institutionCode: 'BANKDEFF',
    localCurrency: 'EUR',
    indicators: ['FRAUD'],
    action: 'blocked',
  };
  const report = (body: object) => ann('POST', '/v1/cases/1/report', { ...details, ...body });
  const json = await ann.client.call('reportCase', {
    params: { id: 1 },
    body: { ...details, format: 'json' },
  });
  assert.equal(json.format, 'goshawk-suspicious-report');
  assert.deepEqual([...json.accounts].sort(), ['card-a', 'card-b']);
  assert.ok(json.transactions.every(({ score, reasons }) => score > 0 && reasons.length > 0));
  const goaml = String((await report({ format: 'goaml' })).body.text);
  assert.equal(goaml.match(/<transaction>/g)?.length, json.transactions.length);
  assert.match(goaml, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<report><rentity_id>17<\/rentity_id>/);
  assert.match(goaml, /<name>Zoe Sohne<\/name>/);
  assert.match(goaml, /<report_indicators><indicator>FRAUD<\/indicator><\/report_indicators><\/report>\n$/);
  const foreign = await report({ format: 'goaml', localCurrency: 'USD' });
  assert.equal(foreign.status, 422);
  assert.match(String(foreign.body.detail), /what one EUR is worth/);
  const rated = await report({ format: 'goaml', localCurrency: 'USD', exchangeRates: { EUR: 1.1 } });
  assert.match(String(rated.body.text), /<foreign_exchange_rate>1.1</);
  assert.equal((await report({ format: 'goaml', indicators: [] })).status, 422);
});
