// What holds for everything that people change, whatever database is behind it: the change and its line of the audit trail are one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { Office } from '../../src/ports/office/office.ts';
import type { OfficeWorld } from './office-world.ts';
import { aDecision, START_MS } from './store.ts';

const ANN = { id: 'ann', name: 'Ann' };
const HOUR_MS = 3_600_000;
const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', ...ANN },
  action: 'changed',
  subject: 'something',
};

const anErasure = {
  person: [{ field: 'accountId', value: 'office-nobody' }],
  key: Buffer.alloc(32),
  token: 'erased-nobody',
  reference: 'DSR-3',
  untilSeq: 0,
};

type Change = readonly [what: string, change: () => Promise<unknown>];

/** What is there to be changed. */
async function furnish(office: Office, commit: OfficeWorld['commit']) {
  const { people, alerts, cases, rules, lists, notifications, proposals, deadLetters } = office;
  await commit([
    aDecision(0, 'review', { id: 'office-1', accountId: 'office-a' }),
    aDecision(1, 'decline', { id: 'office-2', accountId: 'office-b' }),
  ]);
  await people.addUser({ id: 'ada', name: 'Ada', roles: ['administrator'] }, entry);
  await people.setPassword('ada', 'hash', entry);
  await people.addUser({ id: 'ann', name: 'Ann', roles: ['analyst'] }, entry);
  await people.addLink('link', 'ann', START_MS + HOUR_MS);
  await people.signedIn(
    'ada',
    { tokenHash: 'token', deviceHash: 'device', forgive: undefined },
    START_MS,
    entry,
  );
  await people.addKey(
    {
      id: 'key',
      name: 'Key',
      permissions: ['decide'],
      createdBy: 'Ada',
      ownerId: 'ada',
      createdAtMs: START_MS,
      expiresAtMs: undefined,
    },
    'hash',
    entry,
  );
  const all = { view: 'open', sort: 'newest', person: '', nowMs: START_MS + HOUR_MS } as const;
  const [first] = await alerts.list({ ...all, accountId: 'office-a' }, 1);
  const [second] = await alerts.list({ ...all, accountId: 'office-b' }, 1);
  const caseId = await cases.open('A case', ANN, [first.id], entry);
  await cases.addTask(caseId, 'A task', entry);
  const [task] = await cases.tasks(caseId);
  const draft = {
    id: 'office-rule',
    expression: 'score > 0.5',
    action: 'tag',
    text: 'x',
    priority: 1,
  } as const;
  const version = await rules.file(draft, entry);
  const filed = { document: '{}', documentHash: 'd', catalogueHash: 'c', note: '' };
  const served = await office.catalogue.file(
    filed,
    (await office.catalogue.inState('draft'))?.version,
    entry,
  );
  assert.ok(served !== undefined);
  await office.catalogue.move(served, 'draft', 'live', [], entry);
  const draftCatalogue = await office.catalogue.file(filed, undefined, entry);
  assert.ok(draftCatalogue !== undefined);
  await lists.add({ name: 'office-list', kind: 'text', purpose: 'watch', note: '' }, entry);
  await lists.put('office-list', [{ value: 'one', expiresAtMs: undefined, note: '' }], entry);
  const edition = await lists.beginNames('office-source');
  await lists.addNames('office-source', edition, [{ uid: '1', name: 'A name' }]);
  await lists.putNames('office-source', edition, 1, entry);
  const next = await lists.beginNames('office-source');
  const channel = await notifications.add(
    {
      kind: 'webhook',
      target: 'http://127.0.0.1/',
      events: ['alert.opened'],
      minLossMinor: 0,
      createdBy: 'Ada',
      createdAtMs: START_MS,
    },
    'secret',
    entry,
  );
  const proposal = await proposals.add(
    { kind: 'settings', subject: 'settings', change: { a: 1 }, proposedBy: ANN },
    10,
    entry,
  );
  const approved = await proposals.add(
    { kind: 'settings', subject: 'settings', change: { a: 2 }, proposedBy: ANN },
    10,
    entry,
  );
  assert.ok(proposal !== undefined && approved !== undefined);
  await proposals.decide(approved, 'approved', 'ada', entry);
  await deadLetters.add([
    {
      source: 'log, offset 7',
      raw: '{}',
      problems: [{ pointer: '', message: 'ill' }],
      receivedAtMs: START_MS,
      quarantine: {
        step: 'deciding',
        offset: 7,
        subject: { kind: 'transaction', accountId: 'x', transactionId: 'office-ill' },
      },
    },
  ]);
  const [letter] = await deadLetters.page({ quarantined: true }, 1);
  const found = await cases.find(caseId);
  assert.ok(first && second && task && found);
  const erasure = await office.erasures.begin(anErasure, entry);
  const catalogues = { filed, served, draft: draftCatalogue };
  return {
    first,
    second,
    found,
    task,
    draft,
    version,
    catalogues,
    next,
    channel,
    proposal,
    approved,
    letter,
    erasure,
  };
}

/** Every change that leaves a line, of what was furnished. */
function changesOf(office: Office, there: Awaited<ReturnType<typeof furnish>>): Change[] {
  const {
    people,
    alerts,
    cases,
    rules,
    catalogue,
    lists,
    notifications,
    proposals,
    deadLetters,
    notes,
    settings,
    rates,
    erasures,
  } = office;
  const {
    first,
    second,
    found,
    task,
    draft,
    version,
    catalogues,
    next,
    channel,
    proposal,
    approved,
    letter,
    erasure,
  } = there;
  const verdict = { kind: 'verdict', verdict: 'fraud', fraudType: undefined, by: ANN } as const;
  const file = { name: 'f', mediaType: 'text/plain', content: Buffer.of(1), sha256: 'x' };
  const said = { transactionId: 'office-1', fraud: true, source: 'analyst', labelledAtMs: START_MS } as const;
  return [
    ['addUser', () => people.addUser({ id: 'bo', name: 'Bo', roles: [] }, entry)],
    ['makeAdministrator', () => people.makeAdministrator('newcomer', entry)],
    ['linkOidc', () => people.linkOidc('ann', 'subject', entry)],
    ['setRoles', () => people.setRoles('ann', ['viewer'], entry)],
    ['setDisabled', () => people.setDisabled('ann', true, entry)],
    ['setPassword', () => people.setPassword('ada', 'other', entry)],
    [
      'signedIn',
      () => people.signedIn('ann', { tokenHash: 't', deviceHash: 'd', forgive: 'x' }, START_MS, entry),
    ],
    ['endSession', () => people.endSession('token', entry)],
    ['takeLink', () => people.takeLink('link', 'hash', entry)],
    [
      'addKey',
      () =>
        people.addKey(
          {
            id: 'k',
            name: 'K',
            permissions: [],
            createdBy: 'A',
            ownerId: 'ada',
            createdAtMs: START_MS,
            expiresAtMs: undefined,
          },
          'h',
          entry,
        ),
    ],
    ['revokeKey', () => people.revokeKey('key', entry)],
    ['act', () => alerts.act([first, second], { kind: 'claim', by: ANN }, entry)],
    ['a verdict', () => alerts.act([first, second], verdict, entry)],
    ['label', () => alerts.label([said], entry)],
    ['open a case', () => cases.open('Another', ANN, [second.id], entry)],
    [
      'change a case',
      () => cases.change(found.id, found.version, { kind: 'edit', title: 'T', narrative: 'N' }, entry),
    ],
    ['addAlerts', () => cases.addAlerts(found.id, [second.id], entry)],
    ['removeAlert', () => cases.removeAlert(found.id, first.id, entry)],
    ['addTask', () => cases.addTask(found.id, 'Another', entry)],
    ['setTask', () => cases.setTask(found.id, task.id, true, entry)],
    ['addNote', () => notes.addNote('case 1', 'A note', entry)],
    ['attach', () => notes.attach('case 1', file, 10, entry)],
    [
      'add a channel',
      () =>
        notifications.add(
          {
            kind: 'email',
            target: 'a@b.example',
            events: [],
            minLossMinor: 0,
            createdBy: 'A',
            createdAtMs: START_MS,
          },
          's',
          entry,
        ),
    ],
    ['remove a channel', () => notifications.remove(channel, entry)],
    ['setEnabled', () => notifications.setEnabled(channel, false, entry)],
    ['stop', () => notifications.stop(channel, 'gone', entry)],
    ['file a rule', () => rules.file({ ...draft, expression: 'score > 0.6' }, entry)],
    ['move a rule', () => rules.move('office-rule', version, 'draft', 'live', entry)],
    ['file a catalogue', () => catalogue.file(catalogues.filed, catalogues.draft, entry)],
    ['discard a catalogue', () => catalogue.discard(catalogues.draft, entry)],
    ['move a catalogue', () => catalogue.move(catalogues.draft, 'draft', 'live', [], entry)],
    ['switch a feature', () => catalogue.switchFeature(catalogues.served, 'amount', true, entry)],
    ['add a list', () => lists.add({ name: 'another', kind: 'text', purpose: 'watch', note: '' }, entry)],
    ['remove a list', () => lists.remove('office-list', entry)],
    ['put', () => lists.put('office-list', [{ value: 'two', expiresAtMs: undefined, note: '' }], entry)],
    ['take', () => lists.take('office-list', ['one'], entry)],
    ['putNames', () => lists.putNames('office-source', next, 0, entry)],
    ['removeSource', () => lists.removeSource('office-source', entry)],
    ['propose', () => proposals.add({ kind: 'list', subject: 'l', change: {}, proposedBy: ANN }, 10, entry)],
    ['decide', () => proposals.decide(proposal, 'approved', 'ada', entry)],
    ['reopen', () => proposals.reopen(approved, entry)],
    ['move a letter', () => deadLetters.move(letter.id, 'open', 'discarded', entry)],
    ['settings', () => settings.change({ fourEyesRules: true }, entry)],
    ['rates', () => rates.add('file', [], entry)],
    ['begin an erasure', () => erasures.begin(anErasure, entry)],
    ['finish an erasure', () => erasures.finish(erasure, entry)],
  ];
}

export function officeContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`office: ${name}`, async (t) => {
    const { session, commit, close } = await open();
    const office = createOffice(session);
    const { audit } = office;
    /** All that the database holds, table by table. */
    async function everything(): Promise<Map<string, string>> {
      const tables = await session.query(
        "select tablename from pg_tables where schemaname = 'public' order by 1",
        [],
      );
      const held = new Map<string, string>();
      for (const { tablename } of tables) {
        const [row] = await session.query(
          `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as held from "${tablename}" t`,
          [],
        );
        held.set(String(tablename), String(row.held));
      }
      return held;
    }
    const there = await furnish(office, commit);
    const changes = changesOf(office, there);

    await t.test(
      'O8 OFFICE1 A change by somebody and its line of the audit trail are one: where the line cannot be written, nothing is changed',
      async () => {
        await session.query(
          `create function no_line() returns trigger language plpgsql as $$ begin raise exception 'no line today'; end $$`,
          [],
        );
        await session.query(
          'create trigger no_line before insert on audit_log for each row execute function no_line()',
          [],
        );
        const before = await everything();
        for (const [what, change] of changes) {
          await assert.rejects(change(), /no line today/, what);
          const after = await everything();
          assert.deepEqual(
            [...after].filter(([table, held]) => before.get(table) !== held).map(([table]) => table),
            [],
            what,
          );
        }
        await session.query('drop trigger no_line on audit_log', []);
        const { seq } = await audit.head();
        await office.settings.change({ fourEyesCases: true }, entry);
        assert.equal((await audit.head()).seq, seq + 1);
      },
    );

    await t.test('OFFICE2 A change that was refused has no line', async () => {
      const { people, alerts, cases, rules, lists, notifications, proposals, deadLetters, notes } = office;
      const { first, found, task, version, channel, proposal, letter } = there;
      const file = { name: 'f', mediaType: 'text/plain', content: Buffer.of(1), sha256: 'x' };
      const { seq } = await audit.head();
      const refused = [
        await people.addUser({ id: 'ada', name: 'Other', roles: [] }, entry),
        await people.setRoles('ada', ['viewer'], entry),
        await people.setDisabled('ada', true, entry),
        await people.takeLink('no such link', 'hash', entry),
        await people.revokeKey('no such key', entry),
        (await alerts.act([{ ...first, version: 99 }], { kind: 'release' }, entry)).size > 0,
        await cases.change(found.id, 99, { kind: 'reopen' }, entry),
        (await cases.addAlerts(found.id, [first.id], entry)).length > 0,
        await cases.removeAlert(found.id, 9999, entry),
        await cases.setTask(found.id, task.id, false, entry),
        await notes.attach('case 1', file, 0, entry),
        await notifications.remove(9999, entry),
        await notifications.setEnabled(channel, true, entry),
        await rules.move('office-rule', version, 'live', 'retired', entry),
        (await office.catalogue.file(there.catalogues.filed, undefined, entry)) !== undefined,
        await office.catalogue.discard(9999, entry),
        await office.catalogue.move(there.catalogues.draft, 'filling', 'live', [], entry),
        await office.catalogue.switchFeature(there.catalogues.served, 'amount', false, entry),
        await lists.add({ name: 'office-list', kind: 'text', purpose: 'watch', note: '' }, entry),
        await lists.remove('no such list', entry),
        (await lists.take('office-list', ['no such value'], entry)) > 0,
        await lists.putNames('office-source', 0, 0, entry),
        await lists.removeSource('no such source', entry),
        (await proposals.add({ kind: 'list', subject: 'l', change: {}, proposedBy: ANN }, 0, entry)) !==
          undefined,
        await proposals.decide(proposal, 'approved', 'ann', entry),
        await deadLetters.move(letter.id, 'retrying', 'open', entry),
      ];
      assert.ok(
        refused.every((one) => !one),
        JSON.stringify(refused),
      );
      assert.equal((await audit.head()).seq, seq);
    });
    await close();
  });
}
