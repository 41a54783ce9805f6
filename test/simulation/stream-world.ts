// The distributed runtime in one process under virtual time: a log, a state store, outputs and a database that are
// real in what they promise and unreliable in everything else, and the real workers and sinks on top of them.
import type { Decided, Observed } from '../../src/engine/process-batch.ts';
import { type DeadLetterEntry, quarantinedEvent } from '../../src/ports/office/dead-letters.ts';
import { readMessage } from '../../src/stream/message-codec.ts';
import type { Faults, Poison } from './faults.ts';
import { COMING, expectedOwnValues, keptOwnValues } from './own-catalogue.ts';
import { type Running, startKeeperProcess, startSinkProcess, startWorkerProcess } from './processes.ts';
import { ACCOUNTS, createTraffic, type Traffic } from './traffic.ts';
import { createUnreliableDatabase, type UnreliableDatabase } from './unreliable-database.ts';
import { createUnreliableOutputs } from './unreliable-outputs.ts';
import { createUnreliableState, type UnreliableState } from './unreliable-state.ts';
import { BUSY_MS, createWorld, PARTITIONS, START_MS, type World } from './world.ts';

const LONGEST_SLEEP_MS = 2000;
const STEP_MS = 500;
const COMMITTED_AFTER_MS = 5000;
/** A run that has not settled by then has lost something. */
const LIMIT_MS = 60_000;
const NOT_OF_THIS_PROGRAM = Buffer.from('{"kind":"decision","offset":"seventeen"');

export type Outcome = {
  readonly accepted: readonly string[];
  readonly acceptedEvents: readonly string[];
  readonly deadLetters: number;
  /** By `quarantinedIdOf`: how often the decisions output holds it. */
  readonly published: ReadonlyMap<string, number>;
  /** What the database holds, by id. */
  readonly stored: ReadonlyMap<string, Decided>;
  readonly storedEvents: ReadonlyMap<string, Observed>;
  /** What the state store holds in the end, by account. */
  readonly histories: ReadonlyMap<string, string>;
  readonly storedDeadLetters: number;
  /** What was poisoned, and what the database holds of the quarantine, by `quarantinedIdOf`. */
  readonly poisoned: ReadonlyMap<string, Poison>;
  readonly quarantined: ReadonlyMap<string, DeadLetterEntry>;
  /** What own features say of each shop in the end, and what they should. */
  readonly own: { readonly found: string; readonly expected: string };
  /** Transactions that were decided before the catalogue changed, and have no values of its features. */
  readonly withoutValues: readonly string[];
  /** Rows that the database was given twice. */
  readonly storedTwice: number;
};

/** Who is at work, and how somebody is started in the place of another. */
type Cast = {
  readonly workers: Running[];
  sinks: Running;
  keeper: Running;
  startKeeper(): Running;
  startWorker(): Running;
  startSinks(): Running;
};

/** Shares the partitions out among the workers that are awake. */
function shareOut({ time }: World, workers: readonly Running[]): void {
  const awake = workers.filter(({ process }) => process.alive && process.pausedUntilMs <= time.nowMs());
  workers.forEach((worker) => {
    const mine = awake.indexOf(worker);
    // A sleeping worker keeps believing what it was told last.
    if (mine < 0) return;
    worker.assign([...Array(PARTITIONS).keys()].filter((partition) => partition % awake.length === mine));
  });
}

/** Kills, puts to sleep, loses and forgets for a while; gives how many messages of no program it put among the decisions. */
async function disturb(
  world: World,
  cast: Cast,
  state: UnreliableState,
  database: UnreliableDatabase,
): Promise<number> {
  const { faults, random, time, chance, between, outputs, book } = world;
  let foreign = 0;
  let lossAtMs = faults.loss ? START_MS + between(0, BUSY_MS) : Number.POSITIVE_INFINITY;
  while (time.nowMs() < START_MS + BUSY_MS) {
    if (time.nowMs() > lossAtMs) {
      state.loseEverything();
      lossAtMs = Number.POSITIVE_INFINITY;
    }
    await time.sleep(world.process, between(20, 300));
    const victim = Math.floor(random.next() * cast.workers.length);
    if (faults.kills && chance(0.4)) {
      cast.workers[victim].process.alive = false;
      shareOut(world, cast.workers);
      await time.sleep(world.process, between(0, 100));
      cast.workers[victim] = cast.startWorker();
    } else if (faults.pauses && chance(0.4)) {
      cast.workers[victim].process.pausedUntilMs = time.nowMs() + between(50, LONGEST_SLEEP_MS);
      // The group notices only after a while.
      await time.sleep(world.process, between(10, 200));
    } else if (chance(0.3)) {
      // Assignments swap while both are at work.
      cast.workers.reverse();
    }
    if (faults.forgets && chance(0.2)) database.forget();
    if (faults.poison === 'all' && chance(0.2)) {
      const topic = outputs.decisions[Math.floor(random.next() * PARTITIONS)];
      world.append(topic, Buffer.alloc(0), NOT_OF_THIS_PROGRAM);
      foreign++;
    }
    if (faults.kills && chance(0.2)) {
      cast.sinks.process.alive = false;
      cast.sinks = cast.startSinks();
    }
    if (faults.kills && faults.catalogue && chance(0.2)) {
      cast.keeper.process.alive = false;
      cast.keeper = cast.startKeeper();
    }
    if (faults.catalogue === 'change' && book.state === 'draft' && chance(0.3)) book.state = 'filling';
    shareOut(world, cast.workers);
  }
  if (faults.catalogue === 'change' && book.state === 'draft') book.state = 'filling';
  if (faults.loss) state.loseEverything();
  if (faults.forgets) database.forget();
  await time.sleep(world.process, LONGEST_SLEEP_MS);
  shareOut(world, cast.workers);
  await time.sleep(world.process, 1000);
  return foreign;
}

/** What was decided by another catalogue than the one that was filled, and has no values of its features. */
async function withoutValuesIn({ outputs, values, faults }: World): Promise<readonly string[]> {
  if (faults.catalogue !== 'change') return [];
  const lacking: string[] = [];
  for (const [partition, topic] of outputs.decisions.entries()) {
    for (const { value } of topic) {
      const message = value === null ? undefined : readMessage(value);
      if (message?.kind !== 'decision') continue;
      const { offset, transaction, decision } = message.decided;
      const [found] = await values.of([{ partition, offset }]);
      if (!found && decision.catalogueHash !== COMING.catalogue.hash) lacking.push(transaction.id);
    }
  }
  return lacking;
}

/** How often each transaction and event was published. */
function publishedIn({ outputs }: World): ReadonlyMap<string, number> {
  const published = new Map<string, number>();
  for (const topic of outputs.decisions) {
    for (const { value } of topic) {
      const message = value === null ? undefined : readMessage(value);
      if (message?.kind !== 'decision' && message?.kind !== 'event') continue;
      const id =
        message.kind === 'event'
          ? quarantinedEvent(message.observed.event.id)
          : message.decided.transaction.id;
      published.set(id, (published.get(id) ?? 0) + 1);
    }
  }
  return published;
}

function startCast(world: World, state: UnreliableState, database: UnreliableDatabase): Cast {
  const outputFor = createUnreliableOutputs(world);
  const startWorker = (): Running => startWorkerProcess(world, state.forProcess, outputFor);
  const startSinks = (): Running => startSinkProcess(world, database.forProcess);
  const workers = [startWorker(), startWorker()];
  /** As workers report it; those of the catalogue before count where that is not looked at. */
  const decidedTo = (): ReadonlyMap<number, number> | undefined => {
    const isBlind = world.faults.sabotage === 'no wait for who decides by the catalogue before';
    const alive = workers.filter(({ process }) => process.alive);
    if (!isBlind && !alive.every((one) => one.isCurrent())) return undefined;
    const found = new Map<number, number>();
    for (const [partition, offset] of alive.flatMap((one) => one.decides()))
      found.set(partition, Math.max(offset, found.get(partition) ?? 0));
    return found.size === PARTITIONS ? found : undefined;
  };
  const startKeeper = (): Running => startKeeperProcess(world, state.forProcess, decidedTo);
  return { workers, sinks: startSinks(), keeper: startKeeper(), startWorker, startSinks, startKeeper };
}

/** Lets time pass until all that came in is stored, or nothing more can be hoped for; gives the dead letters there must be. */
async function settle(
  world: World,
  cast: Cast,
  traffic: Traffic,
  state: UnreliableState,
  database: UnreliableDatabase,
): Promise<number> {
  const { time } = world;
  let produced = false;
  let foreign: number | undefined;
  void traffic.produce().then(() => {
    produced = true;
  });
  void disturb(world, cast, state, database).then((messages) => {
    foreign = messages;
  });
  if (world.faults.forgets) void database.flushNowAndThen();
  const deadLetters = (): number => traffic.unreadable() + (foreign ?? 0);
  const isSettled = (): boolean => {
    const { stored, events, deadLetters: found, quarantined } = database.now();
    return (
      produced &&
      foreign !== undefined &&
      stored.size >= traffic.accepted.length &&
      events.size >= traffic.acceptedEvents.length &&
      found >= deadLetters() &&
      quarantined.size >= traffic.poisoned.size &&
      (!world.faults.catalogue ||
        (world.book.state === 'live' && cast.workers.every((one) => one.isCurrent())))
    );
  };
  const isFinished = async (): Promise<boolean> =>
    isSettled() && (world.faults.catalogue !== 'change' || (await world.values.unfinished()).length === 0);
  while (!(await isFinished()) && time.nowMs() < START_MS + LIMIT_MS) await time.run(time.nowMs() + STEP_MS);
  // What is stored was published; it is committed a while later.
  await time.run(time.nowMs() + COMMITTED_AFTER_MS);
  for (const { process } of [...cast.workers, cast.sinks, cast.keeper]) process.alive = false;
  world.process.alive = false;
  return deadLetters();
}

export async function simulate(seed: number, faults: Faults): Promise<Outcome> {
  const world = createWorld(seed, faults);
  const state = createUnreliableState(world);
  const database = createUnreliableDatabase(world);
  const cast = startCast(world, state, database);
  shareOut(world, cast.workers);
  const traffic = createTraffic(world);
  const deadLetters = await settle(world, cast, traffic, state, database);
  const { stored, events, deadLetters: storedDeadLetters, quarantined } = database.now();
  const { nowMs } = world.time;
  const own = faults.catalogue
    ? {
        found:
          world.book.state === 'live' && cast.workers.every((one) => one.isCurrent())
            ? await keptOwnValues(state.store, PARTITIONS, nowMs())
            : 'it was not taken',
        expected: expectedOwnValues(traffic.transactions, traffic.labels, nowMs()),
      }
    : { found: '', expected: '' };
  return {
    own,
    accepted: traffic.accepted,
    acceptedEvents: traffic.acceptedEvents,
    deadLetters,
    published: publishedIn(world),
    withoutValues: await withoutValuesIn(world),
    stored,
    storedEvents: events,
    histories: state.histories(ACCOUNTS),
    storedDeadLetters,
    storedTwice: database.storedTwice(),
    poisoned: traffic.poisoned,
    quarantined,
  };
}
