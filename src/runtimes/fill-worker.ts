// The thread that fills a coming catalogue: from the log's beginning to its end, then again to what came meanwhile, until the desk
// waits for the last few records.
import { parentPort, type Transferable, workerData } from 'node:worker_threads';
import { encodedParts, writeFilled } from '../adapters/embedded/filled-histories.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { compileFilling } from '../features/compile-filling.ts';
import { allEntries, changedEntries } from '../features/encoded-pieces.ts';
import { tablesOf } from '../features/feature-state.ts';
import { inThread } from './catalogue-in-thread.ts';
import type { FillAnswer, FillDesk, FillQuestion, FillWork } from './fill-messages.ts';
import { createReplay } from './fill-replay.ts';

const port = parentPort;
if (!port) throw new Error('fill-worker runs as a worker thread');
const work = workerData as FillWork;

const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let nextId = 1;
port.on('message', (answer: FillAnswer) => {
  const asked = waiting.get(answer.id);
  waiting.delete(answer.id);
  if ('error' in answer) asked?.reject(new Error(answer.error));
  else asked?.resolve(answer.value);
});

/** Asks the desk; `about` is copied, but for what is transferred. */
const asking =
  <K extends keyof FillDesk>(
    ask: K,
    transfer: (...about: Parameters<FillDesk[K]>) => Transferable[] = () => [],
  ) =>
  (...about: Parameters<FillDesk[K]>): ReturnType<FillDesk[K]> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      const question: FillQuestion = { id, ask, about };
      port.postMessage(question, transfer(...about));
    }) as ReturnType<FillDesk[K]>;

const desk: FillDesk = {
  page: asking('page'),
  decided: asking('decided'),
  refused: asking('refused'),
  transactions: asking('transactions'),
  stored: asking('stored'),
  values: asking('values'),
  entities: asking('entities', (part) => [part.buffer as ArrayBuffer]),
  ready: asking('ready'),
  done: asking('done'),
};

async function fill(): Promise<void> {
  const { version, folder } = work;
  const catalogue = inThread(work.catalogue);
  const hashes = new Map(work.features);
  const filling = compileFilling(work.catalogue.document, catalogue, {
    stores: new Set(work.stores),
    has: (name, hash) => hashes.get(name) === hash,
  });
  const { stores } = filling;
  const state = filling.createState();
  const replay = createReplay({ filling, own: ownDataOf(catalogue.data), state, source: desk });

  async function handOver(parts: Iterable<Uint8Array>): Promise<void> {
    for (const part of parts) await desk.entities(new Uint8Array(part));
    for (const [, table] of tablesOf(state)) table.clearChanged();
  }
  await replay.run();
  if (stores.length > 0) {
    await writeFilled(
      folder,
      { version, offset: replay.offset, stores },
      encodedParts(state, stores, allEntries),
    );
    await handOver(encodedParts(state, stores, allEntries));
  }
  for (;;) {
    await replay.run();
    await handOver(encodedParts(state, stores, changedEntries));
    const until = await desk.ready(replay.offset);
    if (until === undefined) continue;
    await replay.run(until);
    await replay.flush();
    await handOver(encodedParts(state, stores, changedEntries));
    await desk.done();
    return;
  }
}

// What is thrown here ends the thread, and the desk hears of it.
await fill();
port.close();
