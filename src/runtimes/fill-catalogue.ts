// A catalogue that is filled by a thread of its own while another serves: what the thread asks for is read between decisions, what
// it hands over is kept beside the histories in service until both stand at the same record.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { readLogPage, readStoredVectors } from '../adapters/embedded/log-pages.ts';
import type { SqlSession } from '../adapters/sql/session.ts';
import type { FillProgress } from '../domain/catalogue-version.ts';
import { type Catalogues, createVectorReader } from '../engine/stored-vectors.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { loadEntities } from '../features/entity-codec.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { ServedCatalogue } from '../ports/desk.ts';
import type { PastValues } from '../ports/past-values.ts';
import type { Store } from '../ports/store.ts';
import type { Processor } from '../stream/processor.ts';
import { forThread } from './catalogue-in-thread.ts';
import type { FillAnswer, FillDesk, FillQuestion, FillWork } from './fill-messages.ts';

const RECORDS_AT_ONCE = 4000;
/** So few records are left that decisions may wait for them. */
const FEW_RECORDS = 300;
/** Where more come than the thread keeps up with, decisions wait for it all the same. */
const MOST_ROUNDS = 50;
/** Longer than that decisions do not wait. */
const LONGEST_WAIT_MS = 10_000;
/** The one log of a process is the first partition. */
const LOG = 0;
const WORKER = new URL('./fill-worker.ts', import.meta.url);

export type FillParts = {
  /** For whoever can wait (A14). */
  readonly session: SqlSession;
  readonly store: Pick<Store, 'decidedOffsets' | 'refusedLabels' | 'transactionsOf'>;
  readonly values: PastValues;
  readonly folder: string;
  readonly processor: Pick<Processor, 'committedOffset'>;
  readonly catalogues: Catalogues;
  readonly nowMs: () => number;
};

/** Takes over what was filled, between two batches: `finish` gives the histories as they are at an offset. */
export type TakeOver = (finish: (at: number) => Promise<FeatureState>) => Promise<void>;

export type Fill = {
  readonly version: number;
  progress(): FillProgress;
  /** Ends the thread; what serves goes on. Without effect once what was filled is being taken over. */
  stop(): Promise<void>;
  /** When the catalogue was taken over, or why not. */
  readonly done: Promise<void>;
};

export class FillStopped extends Error {
  override readonly name = 'FillStopped';
}

/** Starts filling `next` beside `live`. */
export function startFill(
  parts: FillParts,
  next: ServedCatalogue,
  live: Pick<Catalogue, 'stores' | 'features'>,
  lacking: readonly { readonly name: string; readonly hash: string }[],
  takeOver: TakeOver,
): Fill {
  const { version } = next;
  const startedAtMs = parts.nowMs();
  const incoming = next.catalogue.createState();
  const ended = Promise.withResolvers<void>();
  let worker: Worker | undefined;
  let isOver = false;
  let records = 0;
  let step: FillProgress['step'] = 'replaying';

  const work: FillWork = {
    catalogue: forThread(next),
    version,
    stores: live.stores.map(({ id }) => id),
    features: live.features.map(({ name, hash }) => [name, hash]),
    folder: parts.folder,
  };
  const handedOver = createHandOver();
  const answers = answering(parts, next, incoming, handedOver, {
    reached(offset) {
      records = Math.max(records, offset);
    },
    changing(finish) {
      step = 'changing';
      takeOver(finish).then(ended.resolve, ended.reject);
    },
  });

  async function begin(): Promise<void> {
    if (lacking.length > 0) await parts.values.begin(version, lacking);
    if (isOver) return;
    const thread = new Worker(WORKER, { workerData: work });
    worker = thread;
    thread.on('message', (question: FillQuestion) => {
      if (isOver) return;
      void answer(answers, question).then((said) => thread.postMessage(said));
    });
    const lost = (error: Error): void => {
      if (handedOver.isDone) return;
      handedOver.fail(error);
      ended.reject(error);
    };
    thread.on('error', lost);
    thread.on('messageerror', lost);
    thread.on('exit', (code) => lost(new Error(`the thread that fills ended with ${code} before its work`)));
  }
  const begun = begin().catch((error: Error) => ended.reject(error));
  // Whoever hears that it is over finds nobody who goes on with it.
  const done = ended.promise.finally(async () => {
    isOver = true;
    await begun;
    await worker?.terminate();
  });
  done.catch(() => undefined);
  return {
    version,
    progress() {
      const of = Math.max(parts.processor.committedOffset, records);
      const perSecond = records / Math.max(0.001, (parts.nowMs() - startedAtMs) / 1000);
      const remainingSeconds = records > 0 ? Math.ceil((of - records) / perSecond) : undefined;
      return { version, step, records, of, perSecond: Math.round(perSecond), remainingSeconds, startedAtMs };
    },
    async stop() {
      if (step === 'replaying') ended.reject(new FillStopped('it was ended'));
      await done.catch(() => undefined);
    },
    done,
  };
}

/** When the thread has handed over the last of it; or is gone, so that nobody waits for it. */
function createHandOver() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined);
  let isDone = false;
  return {
    promise,
    get isDone() {
      return isDone;
    },
    done(): void {
      isDone = true;
      resolve();
    },
    fail: reject,
  };
}

async function answer(desk: FillDesk, { id, ask, about }: FillQuestion): Promise<FillAnswer> {
  try {
    const give = desk[ask] as (...about: readonly unknown[]) => Promise<unknown>;
    return { id, value: await give(...about) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

type Heard = {
  reached(offset: number): void;
  /** Called once: the thread is close behind. */
  changing(finish: (at: number) => Promise<FeatureState>): void;
};

function answering(
  { session, store, values, processor, catalogues }: FillParts,
  { version, catalogue }: ServedCatalogue,
  incoming: FeatureState,
  handedOver: ReturnType<typeof createHandOver>,
  heard: Heard,
): FillDesk {
  const reader = createVectorReader(catalogue, catalogues);
  let rounds = 0;
  return {
    async page(from) {
      heard.reached(from);
      const until = Math.min(processor.committedOffset, from + RECORDS_AT_ONCE);
      if (until <= from) return { batches: [], decided: 0, refused: 0, until: from };
      return { ...(await readLogPage(session, from, until)), until };
    },
    decided: async (from, until) => [...(await store.decidedOffsets(from, until))],
    refused: async (from, until) => [...(await store.refusedLabels(from, until))],
    transactions: async (ids) => [...(await store.transactionsOf(ids)).values()],
    async stored(from, until) {
      const rows = (await readStoredVectors(session, from, until)).filter(({ catalogueHash }) =>
        reader.knows(catalogueHash),
      );
      const filled = await values.of(rows.map(({ offset }) => ({ partition: LOG, offset })));
      const vectors = new Float64Array(rows.length * catalogue.size);
      rows.forEach(({ catalogueHash, vector }, i) => {
        vectors.set(reader.read(vector, catalogueHash, filled[i]), i * catalogue.size);
      });
      return { offsets: rows.map(({ offset }) => offset), vectors };
    },
    values: (blocks) => values.add(version, LOG, blocks),
    async entities(part) {
      loadEntities(part, incoming);
    },
    async ready(offset) {
      heard.reached(offset);
      if (processor.committedOffset - offset > FEW_RECORDS && rounds++ < MOST_ROUNDS) return undefined;
      const end = Promise.withResolvers<number>();
      heard.changing(async (at) => {
        end.resolve(at);
        const tooLate = sleep(LONGEST_WAIT_MS, 'late', { ref: false });
        if ((await Promise.race([handedOver.promise, tooLate])) === 'late')
          throw new Error(`the last records took longer than ${LONGEST_WAIT_MS / 1000} s`);
        return incoming;
      });
      return end.promise;
    },
    async done() {
      handedOver.done();
    },
  };
}
