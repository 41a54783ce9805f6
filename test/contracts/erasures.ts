// What erasing a person must do, whatever database is behind it. The proof is a look through every column of every table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyAudit } from '../../src/adapters/sql/audit.ts';
import { eventRow, insertEvents } from '../../src/adapters/sql/events.ts';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { CustomerEvent } from '../../src/domain/customer-event.ts';
import { type DataModel, NO_DATA_MODEL } from '../../src/domain/data-model.ts';
import { createEraser } from '../../src/domain/eraser.ts';
import { ERASED_TEXT, NO_COUNTS, type PersonIdentifier } from '../../src/domain/erasure.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { Office } from '../../src/ports/office/office.ts';
import { rowsNaming } from '../rows-naming.ts';
import type { OfficeWorld } from './office-world.ts';
import { aDecision, START_MS } from './store.ts';

const IBAN = 'DE89370400440532013000';
const CUSTOMER = 'cust-0077-x';
const EMAIL = 'ann.berg@example.com';
const DEVICE = 'device-of-ann-1';
const ADDRESS = '203.0.113.77';
const SHARED_DEVICE = 'device-of-the-house';
/** Everything that names her and nobody else. */
const HERS = [IBAN, CUSTOMER, EMAIL, DEVICE, ADDRESS, 'Ann Berg', '1971-03-04'];
const OTHER = 'GB82WEST12345698765432';
const FOREVER_MS = START_MS + 1e9;

const DATA: DataModel = {
  ...NO_DATA_MODEL,
  fields: [
    { name: 'customerId', type: 'id', description: 'Customer', personal: true },
    { name: 'customer.email', type: 'email', description: 'E-mail', personal: true },
    { name: 'customer.born', type: 'text', description: 'Born', personal: true },
    { name: 'customer.segment', type: 'category', description: 'Segment', personal: false },
  ],
};
const PERSON: readonly PersonIdentifier[] = [
  { field: 'accountId', value: IBAN },
  { field: 'customerId', value: CUSTOMER },
  { field: 'customer.email', value: EMAIL },
];

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'dora', name: 'Dora' },
  action: 'asked for an erasure',
  subject: 'erasure {erasure}',
};

const hers = {
  accountId: IBAN,
  deviceId: DEVICE,
  ip: ADDRESS,
  country: 'DE',
  city: 'Bad Vilbel',
  location: { lat: 50.1, lon: 8.7 },
  attributes: {
    customerId: CUSTOMER,
    'customer.email': EMAIL,
    'customer.born': '1971-03-04',
    'customer.segment': 'gold',
    'undeclared.note': 'Ann Berg',
  },
};

const anEvent = (id: string, more: Partial<CustomerEvent>): CustomerEvent => ({
  id,
  kind: 'login',
  occurredAtMs: START_MS,
  ...more,
});

/** Rows of hers and of others, in every table that may hold something of her. */
async function furnish({ session, commit }: OfficeWorld, office: Office) {
  await commit([
    aDecision(500, 'approve', { id: 'e-own', ...hers }),
    aDecision(501, 'decline', { id: 'e-flagged', ...hers, deviceId: SHARED_DEVICE }),
    aDecision(502, 'approve', {
      id: 'e-transfer',
      ...hers,
      type: 'transfer',
      merchant: { id: OTHER, name: 'Bob Ray' },
      counterpartyId: OTHER,
      counterpartyName: 'Bob Ray',
    }),
    // She is named by what others did; and somebody else used the device of the house.
    aDecision(503, 'review', {
      id: 'e-to-her',
      accountId: OTHER,
      type: 'transfer',
      deviceId: SHARED_DEVICE,
      counterpartyId: IBAN,
      counterpartyName: 'A. Berg',
      attributes: { customerId: 'cust-0077', 'customer.segment': 'gold', reply: EMAIL.toUpperCase() },
    }),
    // Known by her own field alone.
    aDecision(504, 'approve', {
      id: 'e-by-field',
      accountId: 'joint-4711',
      attributes: { customerId: CUSTOMER },
    }),
    aDecision(505, 'approve', {
      id: 'e-joint',
      accountId: 'joint-4711',
      attributes: { customerId: 'cust-other' },
    }),
  ]);
  const events = [
    anEvent('v-own', { accountId: IBAN, deviceId: DEVICE, ip: ADDRESS }),
    anEvent('v-field', { attributes: { 'customer.email': EMAIL, 'customer.segment': 'gold' } }),
    anEvent('v-other', { accountId: OTHER, counterpartyId: IBAN }),
  ];
  const [{ last }] = await session.query('select max(seq) as last from transactions', []);
  await session.transaction([
    insertEvents(
      events.map((event, i) =>
        eventRow({ offset: 0, event, receivedAtMs: START_MS, contentHash: 'x' }, Number(last) + 1 + i),
      ),
      'refused',
    ),
  ]);
  const untilSeq = Number(last) + 1 + events.length;
  // Where partitions share a sequence, these events took their numbers of it.
  const [{ shared }] = await session.query("select to_regclass('stream_sequence') is not null as shared", []);
  if (shared) await session.query('update stream_sequence set next = $1', [untilSeq]);
  const [alert] = await office.alerts.list(
    { view: 'open', sort: 'newest', person: '', nowMs: FOREVER_MS, accountId: IBAN },
    1,
  );
  const [othersAlert] = await office.alerts.list(
    { view: 'open', sort: 'newest', person: '', nowMs: FOREVER_MS, accountId: OTHER },
    1,
  );
  assert.ok(alert && othersAlert);
  return { alert, othersAlert, untilSeq };
}

/** What people write and do about her and others, once her alert is closed. */
async function write(office: Office, { alert, othersAlert }: Awaited<ReturnType<typeof furnish>>) {
  const { notes, cases, alerts, views, audit, notifications, deadLetters } = office;
  const by = { id: 'ann', name: 'An analyst' };
  const said = (action: string, subject: string, detail?: Record<string, unknown>): AuditEntry => ({
    ...entry,
    action,
    subject,
    ...(detail && { detail }),
  });
  await alerts.act(
    [alert],
    { kind: 'verdict', verdict: 'genuine', fraudType: undefined, by },
    said('gave a verdict', ''),
  );
  await notes.addNote(
    `alert ${alert.id}`,
    'Called Ann Berg, born 1971-03-04',
    said('added a note', `alert ${alert.id}`),
  );
  await notes.addNote(
    `alert ${othersAlert.id}`,
    `Paid to de89 3704 0044 0532 0130 00, she says`,
    said('added a note', `alert ${othersAlert.id}`),
  );
  await notes.attach(
    `alert ${alert.id}`,
    { name: 'Ann Berg.pdf', mediaType: 'application/pdf', content: Buffer.from('Ann Berg'), sha256: 'hash' },
    10,
    said('attached a file', `alert ${alert.id}`),
  );
  const own = await cases.open(
    'Ann Berg and her device',
    by,
    [alert.id],
    said('opened a case', 'case {case}'),
  );
  await cases.addTask(own, 'Write to Ann Berg', said('added a task', `case ${own}`));
  await views.save('ann', 'her', `/transactions?account=${IBAN}&email=${encodeURIComponent(EMAIL)}`, 10);
  await audit.append(said('saw', `links of account ${IBAN}`));
  await audit.append(said('put into a list', 'list friends', { values: [IBAN, OTHER], device: DEVICE }));
  const channel = await notifications.add(
    {
      kind: 'email',
      target: 'a@b.example',
      events: ['alert.opened'],
      minLossMinor: 0,
      createdBy: 'A',
      createdAtMs: START_MS,
    },
    's',
    said('added a channel', 'channel {channel}'),
  );
  await deadLetters.add([
    {
      source: 'POST /v1/transactions',
      raw: JSON.stringify({ id: 'x', accountId: IBAN, name: 'Ann Berg', ip: ADDRESS }),
      problems: [{ pointer: '/amountMinor', message: `amountMinor is "${EMAIL}"` }],
      receivedAtMs: START_MS,
    },
  ]);
  return { own, channel };
}

async function erase(office: Office, person: readonly PersonIdentifier[], untilSeq: number): Promise<number> {
  const { erasures } = office;
  const key = Buffer.alloc(32, untilSeq % 251);
  const eraser = createEraser(key, person, DATA);
  const token = eraser.token('of the erasure');
  const id = await erasures.begin({ person, key, token, reference: 'DSR-1', untilSeq }, entry);
  for (;;) {
    const inHand = await erasures.hold('here', START_MS, 1000);
    assert.equal(inHand?.id, id);
    if (!inHand || (await erasures.step(inHand, eraser, START_MS))) break;
  }
  await erasures.count(id, { histories: 3, records: 4 });
  return id;
}

export function erasuresContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`erasures: ${name}`, async (t) => {
    const world = await open();
    const { session, commit, close } = world;
    const office = createOffice(session);
    const { erasures } = office;
    const there = await furnish(world, office);
    const { untilSeq } = there;
    const rowOf = async (id: string) =>
      (await session.query('select * from transactions where id = $1', [id]))[0];
    let first = 0;

    await t.test(
      'P2 ERASE1 A plan counts what would go, names what stands in the way, and changes nothing',
      async () => {
        const { seq } = await office.audit.head();
        const before = await erasures.plan(createEraser(Buffer.alloc(32), PERSON, DATA));
        assert.deepEqual(before.holds, [{ kind: 'alert', id: String(there.alert.id) }]);
        assert.deepEqual(
          [before.counts.transactions, before.counts.events, before.counts.alerts, before.isComplete],
          [4, 2, 1, true],
        );
        assert.deepEqual(
          before.related.map(({ field, value }) => [field, value]),
          [['accountId', 'joint-4711']],
        );
        await write(office, there);
        const after = await erasures.plan(createEraser(Buffer.alloc(32), PERSON, DATA));
        const { own } = { own: after.holds[0] };
        assert.equal(own.kind, 'case');
        assert.deepEqual(
          [after.counts.notes, after.counts.files, after.counts.cases, after.counts.deadLetters],
          [1, 1, 1, 1],
        );
        assert.ok((await office.audit.head()).seq > seq);
        assert.equal((await rowOf('e-own')).account_id, IBAN);
        await session.query("update cases set status = 'closed' where id = $1", [Number(own.id)]);
      },
    );

    await t.test(
      'P1 P5 ERASE2 After the steps no name of the person is in any table, and what has to stay is as it was',
      async () => {
        const stays =
          'id, seq, occurred_at, amount_minor, currency, type, country, outcome, score, model_version, decided_at';
        const kept = () =>
          session.query(`select ${stays} from transactions where id like 'e-%' order by seq`, []);
        const before = await kept();
        first = await erase(office, PERSON, untilSeq);
        await erasures.finish(first, { ...entry, action: 'erased a person', subject: `erasure ${first}` });
        assert.deepEqual(await rowsNaming(session.query, HERS), []);
        assert.deepEqual(await kept(), before);
        const [own, transfer] = [await rowOf('e-own'), await rowOf('e-transfer')];
        assert.match(String(own.account_id), /^erased-[0-9a-z]{16}$/);
        assert.equal(transfer.account_id, own.account_id, 'rows of an account still belong together');
        assert.deepEqual(JSON.parse(String(own.attributes)), { 'customer.segment': 'gold' });
        assert.deepEqual(
          [own.device_id, own.ip, own.city, own.lat, transfer.counterparty_name, transfer.merchant_name],
          [null, null, null, null, null, null],
        );
        const [note] = await office.notes.notes(`alert ${there.alert.id}`);
        assert.equal(note.text, ERASED_TEXT);
      },
    );

    await t.test('P7 ERASE4 What came in later, and what is of others, stays as it is', async () => {
      const toHer = await rowOf('e-to-her');
      const own = await rowOf('e-own');
      assert.deepEqual(
        [toHer.account_id, toHer.device_id, toHer.counterparty_id],
        [OTHER, SHARED_DEVICE, own.account_id],
      );
      assert.equal(JSON.parse(String(toHer.attributes)).customerId, 'cust-0077');
      assert.equal((await rowOf('e-joint')).account_id, 'joint-4711');
      assert.notEqual((await rowOf('e-by-field')).account_id, 'joint-4711');
      const [others] = await office.notes.notes(`alert ${there.othersAlert.id}`);
      assert.match(others.text, /^Paid to erased-[0-9a-z]{16}, she says$/);
      await commit([aDecision(520, 'decline', { id: 'e-later', ...hers })]);
      const again = await erase(office, PERSON, untilSeq);
      assert.equal((await rowOf('e-later')).account_id, IBAN);
      const [alert] = await office.alerts.list(
        { view: 'open', sort: 'newest', person: '', nowMs: FOREVER_MS, accountId: IBAN },
        1,
      );
      assert.equal(alert?.accountId, IBAN);
      await erasures.finish(again, { ...entry, action: 'erased a person' });
    });

    await t.test(
      'P3 ERASE3 A step that is done again, or was cut short, changes nothing more and counts nothing twice',
      async () => {
        const done = await erasures.find(first);
        assert.ok(done);
        const { transactions, events, alerts, deadLetters, notes, files, cases, auditLines } = done.counts;
        assert.deepEqual(
          [transactions, events, alerts, deadLetters, notes, files, cases],
          [4, 2, 1, 1, 1, 1, 1],
        );
        assert.ok(auditLines >= 2);
        assert.ok(done.counts.mentions >= 4, JSON.stringify(done.counts));
        const [again] = await erasures.list(1);
        assert.deepEqual(
          { ...again.counts, mentions: 0, histories: 0, records: 0 },
          { ...NO_COUNTS, auditLines: again.counts.auditLines },
        );
        const key = Buffer.alloc(32, 9);
        const eraser = createEraser(key, PERSON, DATA);
        await erasures.begin({ person: PERSON, key, token: 'erased-x', reference: 'DSR-2', untilSeq }, entry);
        assert.ok(await erasures.hold('one', START_MS, 1000));
        assert.equal(await erasures.hold('two', START_MS + 500, 1000), undefined, 'one has it');
        const held = await erasures.hold('two', START_MS + 1500, 1000);
        assert.ok(held, 'one who died holds it no longer');
        await erasures.step(held, eraser, START_MS);
        await erasures.step(held, eraser, START_MS);
        await erasures.finish(held.id, { ...entry, action: 'erased a person' });
        assert.equal(await erasures.step(held, eraser, START_MS), true);
      },
    );

    await t.test(
      'P6 ERASE5 The trail stands when lines of it were erased, and one that was changed otherwise is found',
      async () => {
        const verify = () => verifyAudit((sql) => session.query(sql, []), []);
        const check = await verify();
        assert.ok(check.ok, JSON.stringify(check));
        const [row] = await session.query(
          `select seq, line from audit_log where line::json ->> 'erased' is not null order by seq limit 1`,
          [],
        );
        assert.equal(JSON.parse(String(row.line)).salt, undefined);
        await session.query('select erase_in_audit($1)', [
          JSON.stringify([{ seq: row.seq, line: String(row.line).replace('Dora', 'Dara') }]),
        ]);
        const changed = await verify();
        assert.ok(!changed.ok && changed.problem.includes(`line ${row.seq} was changed`));
        await session.query('select erase_in_audit($1)', [
          JSON.stringify([{ seq: row.seq, line: row.line }]),
        ]);
        assert.ok((await verify()).ok);
        await assert.rejects(session.query("update audit_log set line = '{}'", []), /append-only/);
      },
    );

    await t.test('P1 ERASE6 Once an erasure is done nobody can tell any more whom it was of', async () => {
      const rows = await session.query('select * from erasures', []);
      for (const row of rows)
        assert.deepEqual([row.person, row.secret, row.found, row.held_by], [null, null, null, null]);
      assert.equal(await erasures.hold('here', START_MS, 1000), undefined);
    });
    await close();
  });
}
