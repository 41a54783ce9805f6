// A database that refuses what it cannot store, and that dies and forgets what it had not flushed.
import type { Decided, Observed } from '../../src/engine/process-batch.ts';
import { type DeadLetterEntry, quarantinedIdOf } from '../../src/ports/office/dead-letters.ts';
import {
  type Collector,
  NO_PROGRESS,
  type SinkBatch,
  type SinkProgress,
  type SinkStore,
} from '../../src/ports/stream/sink-store.ts';
import { FencedError } from '../../src/ports/stream/state-store.ts';
import { eventPoisonOf, type Faults, poisonOf } from './faults.ts';
import type { Process } from './virtual-time.ts';
import type { World } from './world.ts';

const SLOWEST_FLUSH_MS = 600;

export type Collected = Collector & {
  readonly decisions: readonly Decided[];
  readonly events: readonly Observed[];
  readonly letters: readonly DeadLetterEntry[];
};

function collect(): Collected {
  const decisions: Decided[] = [];
  const events: Observed[] = [];
  const letters: DeadLetterEntry[] = [];
  return {
    decisions,
    events,
    letters,
    decided: (item) => decisions.push(item),
    observed: (item) => events.push(item),
    labelled: () => undefined,
    deadLetter: (entry) => letters.push(entry),
  };
}
type Database = {
  readonly stored: ReadonlyMap<string, Decided>;
  readonly events: ReadonlyMap<string, Observed>;
  readonly progress: ReadonlyMap<string, SinkProgress>;
  readonly deadLetters: number;
  readonly quarantined: ReadonlyMap<string, DeadLetterEntry>;
};

const EMPTY: Database = {
  stored: new Map(),
  events: new Map(),
  progress: new Map(),
  deadLetters: 0,
  quarantined: new Map(),
};

export type UnreliableDatabase = {
  now(): Database;
  /** Rows that came twice. */
  storedTwice(): number;
  /** What was not flushed is gone. */
  forget(): void;
  flushNowAndThen(): Promise<void>;
  forProcess(process: Process): SinkStore<Collected>;
};

const holdsPoison = ({ decisions, events }: Collected): boolean =>
  decisions.some(({ transaction }) => poisonOf(transaction) === 'storing') ||
  events.some(({ event }) => eventPoisonOf(event) === 'storing');
const losesNeighbours = ({ sabotage }: Faults, collected: Collected): boolean =>
  sabotage === 'a quarantine that loses a neighbour' &&
  collected.decisions.length + collected.events.length <= 2 &&
  holdsPoison(collected);

/** What the database says of batches whose content it does not take. */
function refused({ faults, trouble }: World, batches: readonly SinkBatch<Collected>[]): Error | undefined {
  const error = new Error('bigint out of range');
  const ofRecord = Object.assign(error, { code: '22003' });
  if (faults.sabotage === 'a quarantine of the machine’s faults' && trouble()) return ofRecord;
  if (!batches.some(({ collected }) => holdsPoison(collected) && !losesNeighbours(faults, collected)))
    return undefined;
  // As if nobody knew whose fault it is.
  return faults.sabotage === 'no quarantine' ? new Error('bigint out of range') : ofRecord;
}

/** The database with batches in it, and how many rows of them were there already; throws where one is not the next. */
function withBatches(
  database: Database,
  batches: readonly SinkBatch<Collected>[],
  faults: Faults,
  believed: Map<string, SinkProgress>,
): { readonly database: Database; readonly twice: number } {
  const stored = new Map(database.stored);
  const events = new Map(database.events);
  const progress = new Map(database.progress);
  const quarantined = new Map(database.quarantined);
  let { deadLetters } = database;
  let twice = 0;
  for (const { output, partition, before, after, collected } of batches) {
    const key = `${output} ${partition}`;
    if ((database.progress.get(key) ?? NO_PROGRESS).nextOffset !== before.nextOffset)
      throw new FencedError('another sink was here');
    progress.set(key, after);
    believed.set(key, after);
    for (const entry of collected.letters) {
      const subject = entry.quarantine?.subject;
      if (subject) quarantined.set(quarantinedIdOf(subject), entry);
      else deadLetters++;
    }
    for (const item of losesNeighbours(faults, collected) ? [] : collected.decisions) {
      if (stored.has(item.transaction.id)) twice++;
      stored.set(item.transaction.id, item);
    }
    for (const item of collected.events) {
      if (events.has(item.event.id)) twice++;
      events.set(item.event.id, item);
    }
  }
  return { database: { stored, events, progress, deadLetters, quarantined }, twice };
}

export function createUnreliableDatabase(world: World): UnreliableDatabase {
  const { faults, time, between, callOver } = world;
  let database = EMPTY;
  let onDisk = database;
  let storedTwice = 0;
  return {
    now: () => database,
    storedTwice: () => storedTwice,
    forget() {
      database = onDisk;
    },
    async flushNowAndThen() {
      for (;;) {
        await time.sleep(world.process, between(0, SLOWEST_FLUSH_MS));
        onDisk = database;
      }
    },
    forProcess(process) {
      const believed = new Map<string, SinkProgress>();
      return {
        progress: (output, partition) =>
          callOver(process, async () => {
            const key = `${output} ${partition}`;
            const is = database.progress.get(key) ?? NO_PROGRESS;
            return faults.sabotage === 'no look at the progress' ? (believed.get(key) ?? is) : is;
          }),
        collect,
        store: (batches) =>
          callOver(process, async () => {
            const refusal = refused(world, batches);
            if (refusal) throw refusal;
            const next = withBatches(database, batches, faults, believed);
            database = next.database;
            storedTwice += next.twice;
          }),
      };
    },
  };
}
