// The desk of one process and records it cannot deal with: set aside alone, found again after a kill, taken by a mended program.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { ENTITY_KINDS } from '../src/features/feature-state.ts';
import { History } from '../src/features/history.ts';
import { systemClock } from '../src/ports/clock.ts';
import { type DeadLetter, quarantinedIdOf } from '../src/ports/office/dead-letters.ts';
import { type EmbeddedDesk, openDesk } from '../src/runtimes/embedded.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { makeFolder } from './desk-process.ts';
import { POISONED_AMOUNT_MINOR } from './faults/poison.ts';

const folder = makeFolder();
after(() => folder.remove());
const mended = History.prototype.add;
const breakTheProgram = (): Promise<unknown> => import('./faults/faulty-program.ts');
const mendTheProgram = (): void => {
  History.prototype.add = mended;
};

async function open(name: string): Promise<EmbeddedDesk> {
  return openDesk({
    dataDir: join(folder.path, name),
    clock: systemClock,
    firstModel: (state) =>
      trainFirstModel(state, { preset: 'classic', seed: 1, endMs: systemClock.nowMs(), liveRate: 10 }),
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
}

/** What is done to the database of a folder while no desk has it. */
async function inDatabase(name: string, statements: readonly string[]): Promise<void> {
  const session = openEmbeddedDatabase(join(folder.path, name, 'database'), (error) => {
    throw error;
  });
  for (const statement of statements) await session.query(statement, []);
  await session.close();
}

/** The database refuses some rows, as it refuses a number that is out of range. */
const REFUSE_POISON = [
  `create function refuse_poison() returns trigger language plpgsql as $$
   begin
     if new.city = 'Poison' then raise exception 'out of range' using errcode = '22003'; end if;
     return new;
   end $$`,
  'create trigger refuse_poison before insert on transactions for each row execute function refuse_poison()',
];
const TAKE_POISON = ['drop trigger refuse_poison on transactions'];

/** All histories, byte for byte. */
function historiesOf({ engine }: EmbeddedDesk): string[] {
  return ENTITY_KINDS.flatMap((kind) => {
    const table = engine.state[kind];
    return Array.from({ length: table.size }, (_, entry) => {
      const at = table.offsetOf(entry);
      const bytes = table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry));
      return `${kind} ${table.keyOf(entry)} ${Buffer.from(bytes).toString('base64')}`;
    });
  }).sort();
}

const transaction = (id: string, more: Partial<Transaction> = {}): Transaction => ({
  id,
  accountId: 'shared',
  occurredAtMs: Date.now() - 60_000,
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
  merchant: { id: 'm1' },
  deviceId: 'd1',
  counterpartyId: 'p1',
  ...more,
});

const letters = async (desk: EmbeddedDesk): Promise<readonly DeadLetter[]> =>
  (await desk.office.deadLetters.page({ quarantined: true }, 100)).toReversed();

/** As the route that tries again does it: one is decided again, the other only stored. */
async function tryBoth(
  desk: EmbeddedDesk,
  undecided: Transaction,
  first: DeadLetter,
  second: DeadLetter,
): Promise<void> {
  const entry = {
    atMs: Date.now(),
    actor: { kind: 'local', id: 'local', name: 'local' },
    action: 'tried again',
    subject: 'dead letter',
  } as const;
  const { deadLetters } = desk.office;
  assert.ok(await deadLetters.move(first.id, 'open', 'retrying', entry));
  await desk.takeAgain({ kind: 'transaction', transaction: undecided, receivedAtMs: 0 }, `${first.id}.1`);
  await deadLetters.storeAgain(second, Date.now());
  desk.letGo('unstored');
  await desk.settled();
  await deadLetters.tidy(Date.now());
}

test('K1 K3 a desk goes on without the record that it cannot decide or store, and takes it once it can', async () => {
  let desk = await open('var');
  await desk.close();
  await inDatabase('var', REFUSE_POISON);
  desk = await open('var');
  await breakTheProgram();
  const undecided = transaction('undecided', { amountMinor: POISONED_AMOUNT_MINOR });
  const unstored = transaction('unstored', { city: 'Poison' });
  const all = [
    transaction('before'),
    undecided,
    transaction('between'),
    unstored,
    ...Array.from({ length: 30 }, (_, i) => transaction(`after-${i}`)),
  ];
  // At once, so that they come in one batch, or in few.
  const results = await Promise.all(all.map((one) => desk.decide(one)));
  assert.deepEqual(
    all.filter((_, i) => results[i].kind === 'quarantined').map(({ id }) => id),
    ['undecided', 'unstored'],
  );
  assert.equal((await desk.decide(undecided)).kind, 'quarantined', 'a repetition hears the same');
  assert.equal((await desk.decide(unstored)).kind, 'quarantined');
  const found = await letters(desk);
  assert.deepEqual(
    found.map(({ quarantine, times, state }) => [
      quarantine?.subject && quarantinedIdOf(quarantine.subject),
      quarantine?.step,
      times,
      state,
    ]),
    [
      ['undecided', 'deciding', 1, 'open'],
      ['unstored', 'storing', 1, 'open'],
    ],
  );
  for (const one of all) {
    const stored = await desk.store.transaction(one.id);
    assert.equal(stored !== undefined, one !== undecided && one !== unstored, one.id);
  }
  assert.equal((await desk.decide(transaction('later'))).kind, 'decided');
  await desk.settled();
  const histories = historiesOf(desk);

  // As a kill leaves it: the folder in the middle of its work, without what a stop writes.
  const killed = join(folder.path, 'killed');
  cpSync(join(folder.path, 'var'), killed, { recursive: true, filter: (path) => !/lock|\.sock$/.test(path) });
  await desk.close();
  desk = await open('killed');
  assert.deepEqual(historiesOf(desk), histories, 'built again from the log: the same, byte for byte');
  assert.equal((await desk.decide(undecided)).kind, 'quarantined', 'known after a start, too');
  assert.equal((await letters(desk)).length, 2);

  mendTheProgram();
  await desk.close();
  await inDatabase('killed', TAKE_POISON);
  desk = await open('killed');
  const [first, second] = await letters(desk);
  await tryBoth(desk, undecided, first, second);
  assert.deepEqual(
    (await letters(desk)).map(({ state }) => state),
    ['resolved', 'resolved'],
  );
  for (const one of [undecided, unstored]) {
    assert.ok(await desk.store.transaction(one.id), one.id);
    const again = await desk.decide(one);
    assert.deepEqual([again.kind, again.kind === 'duplicate' && again.sameContent], ['duplicate', true]);
  }
  const afterwards = historiesOf(desk);
  await desk.close();
  desk = await open('killed');
  assert.deepEqual(historiesOf(desk), afterwards);
  await desk.close();
});

test('K1 a decided record that the histories cannot take again does not stop the start', async () => {
  let desk = await open('redo');
  for (const id of ['one', 'two', 'three']) {
    const amountMinor = id === 'two' ? POISONED_AMOUNT_MINOR : 100;
    assert.equal((await desk.decide(transaction(id, { amountMinor }))).kind, 'decided');
  }
  const copy = join(folder.path, 'redo-killed');
  cpSync(join(folder.path, 'redo'), copy, { recursive: true, filter: (path) => !/lock|\.sock$/.test(path) });
  await desk.close();
  await breakAgain();
  desk = await open('redo-killed');
  const [letter] = await letters(desk);
  assert.deepEqual(
    [letter.quarantine?.step, letter.quarantine?.subject && quarantinedIdOf(letter.quarantine.subject)],
    ['rebuilding', 'two'],
  );
  assert.equal((await desk.decide(transaction('four'))).kind, 'decided');
  const repeated = await desk.decide(transaction('two', { amountMinor: POISONED_AMOUNT_MINOR }));
  assert.equal(repeated.kind, 'duplicate', 'it is decided, and stays so');
  mendTheProgram();
  await desk.close();
});

/** The module is loaded once; its fault is put in again by hand. */
async function breakAgain(): Promise<void> {
  History.prototype.add = function (time, amountMinor) {
    if (amountMinor === POISONED_AMOUNT_MINOR) throw new TypeError('the history is no function');
    return mended.call(this, time, amountMinor);
  };
}
