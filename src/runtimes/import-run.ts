// An import at work: rows in the order of time, each label once it would have been known, little enough under way that live
// decisions do not wait, and every row accounted for by what the store says of its id.
import { setImmediate as pause, setTimeout as sleep } from 'node:timers/promises';
import type { InputRow } from '../adapters/files/csv-rows.ts';
import type { Mapping } from '../adapters/files/mapping.ts';
import type { FileSource } from '../adapters/files/open-rows.ts';
import { orderedRows } from '../adapters/files/ordered-rows.ts';
import { openTransactions } from '../adapters/files/read-transactions.ts';
import { shown } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import type { Label } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { contentHash } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { type Desk, OverCapacityError } from '../ports/desk.ts';
import { createLabelClock, type LabelClock, labelFor } from '../training/label-clock.ts';
import { createIdSet, type IdSet } from './id-set.ts';
import type { ImportTally } from './import-tally.ts';

const DAY_MS = 86_400_000;
const CHUNK = 500;
/** Chunks that wait for their decisions at once: live ones come between them. */
const MOST_UNDER_WAY = 6;
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 250;
const MAX_DEAD_LETTERS = 10_000;

export type ImportWork = {
  readonly desk: Desk;
  readonly source: FileSource;
  readonly mapping: Mapping | undefined;
  readonly isTrial: boolean;
  readonly delayDays: number;
  /** What was decided from here on with the same content is this import's work. */
  readonly sinceMs: number;
  readonly tally: ImportTally;
  readonly onBytes: (bytes: number) => void;
  readonly over: AbortSignal;
};

type GoodRow = Extract<InputRow, { ok: true }> & { readonly content: string };
type UnderWay = Map<string, GoodRow>;

type Run = ImportWork & {
  readonly labels: LabelClock<Label>;
  readonly waiting: UnderWay[];
  /** Ids that were met, and those that stand, with their content. */
  readonly met: IdSet;
  readonly standing: IdSet;
  letters: number;
};

/** Imports, or tries to. Throws InputError where the file cannot be used to its end, and what ends it early. */
export async function runImport(work: ImportWork): Promise<void> {
  const run: Run = {
    ...work,
    labels: createLabelClock(),
    waiting: [],
    met: createIdSet(),
    standing: createIdSet(),
    letters: 0,
  };
  const { desk, source, mapping, over, tally } = work;
  const input = await openTransactions(source, mapping, desk.bounds());
  try {
    let chunk: GoodRow[] = [];
    for await (const rows of orderedRows(input, source.name)) {
      for (const row of rows) {
        if (!row.ok) {
          tally.unreadable(row.line, row.problems);
          await setAside(run, row.line, row.raw, row.problems);
          continue;
        }
        tally.read(row.transaction.occurredAtMs, row.fraud);
        chunk.push({ ...row, content: contentHash(row.transaction) });
        if (chunk.length < CHUNK) continue;
        await takeChunk(run, chunk);
        chunk = [];
      }
      work.onBytes(input.bytesRead());
      await pause();
      over.throwIfAborted();
    }
    await takeChunk(run, chunk);
  } finally {
    // What was sent is accounted for, and labelled, however the import ends.
    while (run.waiting.length > 0) await settle(run);
    await sendRest(run);
  }
}

async function setAside(run: Run, line: number, raw: string, problems: readonly Problem[]): Promise<void> {
  const { desk, source, isTrial } = run;
  // Beyond so many they are only counted, and told by their kind.
  if (isTrial || ++run.letters > MAX_DEAD_LETTERS) return;
  await desk.store.addDeadLetter(`${source.name} line ${line}`, raw, problems, desk.clock.nowMs());
}

/** Rows whose ids are not here yet go on their way; the others are what they are already. */
async function takeChunk(run: Run, chunk: readonly GoodRow[]): Promise<void> {
  const { desk, met, standing, over, isTrial, sinceMs, tally } = run;
  over.throwIfAborted();
  if (chunk.length === 0) return;
  const known = await desk.store.findKnown(chunk.map(({ transaction }) => transaction.id));
  const fresh: UnderWay = new Map();
  for (const row of chunk) {
    const { id } = row.transaction;
    const isNew = met.add(id);
    const stored = known.get(id);
    const pair = `${id}\n${row.content}`;
    if (!isNew) {
      if (!standing.add(pair)) tally.repeated(row.line);
      else await rejectId(run, row, 'a row before it in the file');
      continue;
    }
    if (!stored || stored.contentHash === row.content) standing.add(pair);
    if (!stored) fresh.set(id, row);
    else if (stored.contentHash !== row.content) await rejectId(run, row, 'a transaction that is here');
    else if (stored.decision.decidedAtMs < sinceMs) tally.repeated(row.line);
    else {
      tally.decided(stored.decision.outcome !== 'approve');
      scheduleLabel(run, row);
    }
  }
  if (isTrial) {
    for (const _ of fresh) tally.decided(false);
    return;
  }
  while (run.waiting.length >= MOST_UNDER_WAY) await settle(run);
  await send(run, recordsOf(run, fresh));
  run.waiting.push(fresh);
}

async function rejectId(run: Run, { line, transaction: { id } }: GoodRow, by: string): Promise<void> {
  const message = `The id ${shown(id)} was used by ${by}, with other content; that one stands.`;
  const problems = [{ pointer: '/id', message }];
  run.tally.rejected(line, problems);
  await setAside(run, line, id, problems);
}

/** The label of a row, known after its delay, and by now in any case. */
function scheduleLabel({ desk, labels, delayDays }: Run, { transaction, fraud }: GoodRow): void {
  if (fraud === undefined) return;
  const knownAtMs = Math.min(transaction.occurredAtMs + delayDays * DAY_MS, desk.clock.nowMs());
  labels.schedule(labelFor(transaction, fraud, knownAtMs, 'import', undefined, desk.catalogue.keyFields()));
}

/** The rows, each after the labels that were known by its time. */
function recordsOf(run: Run, rows: UnderWay): LogRecord[] {
  const receivedAtMs = run.desk.clock.nowMs();
  const records: LogRecord[] = [];
  for (const row of rows.values()) {
    for (const label of run.labels.due(row.transaction.occurredAtMs)) records.push({ kind: 'label', label });
    records.push({ kind: 'transaction', transaction: row.transaction, receivedAtMs });
    scheduleLabel(run, row);
  }
  return records;
}

/** A desk that is full is waited for. */
async function send({ desk, over }: Run, records: readonly LogRecord[]): Promise<void> {
  if (records.length === 0) return;
  for (;;) {
    try {
      await desk.take(records);
      return;
    } catch (error) {
      if (!(error instanceof OverCapacityError) || over.aborted) throw error;
      await sleep(Math.min(error.retryAfterSeconds * 1000, 1000));
    }
  }
}

/** Waits until the oldest chunk under way is decided, or set aside. */
async function settle(run: Run): Promise<void> {
  const chunk = run.waiting.shift();
  for (let waitMs = FIRST_LOOK_MS; chunk && chunk.size > 0; waitMs = Math.min(2 * waitMs, LONGEST_LOOK_MS)) {
    await lookFor(run, chunk);
    if (chunk.size === 0) return;
    if (run.over.aborted && run.over.reason instanceof ClosingError) throw run.over.reason;
    await sleep(waitMs);
  }
}

async function lookFor({ desk, tally }: Run, chunk: UnderWay): Promise<void> {
  const ids = [...chunk.keys()];
  for (const [id, { decision, contentHash: content }] of await desk.store.findKnown(ids)) {
    const row = chunk.get(id);
    chunk.delete(id);
    if (!row) continue;
    if (content === row.content) tally.decided(decision.outcome !== 'approve');
    else {
      const message = `The id ${shown(id)} was used by a transaction that came in meanwhile, with other content; that one stands.`;
      tally.rejected(row.line, [{ pointer: '/id', message }]);
    }
  }
  if (chunk.size === 0) return;
  for (const [id, reason] of await desk.office.deadLetters.reasonsOf([...chunk.keys()])) {
    const row = chunk.get(id);
    chunk.delete(id);
    if (row) tally.rejected(row.line, [{ pointer: '', message: `It is in quarantine: ${reason}` }]);
  }
}

/** By now everything is known. */
async function sendRest(run: Run): Promise<void> {
  const rest = run.labels.due(Number.POSITIVE_INFINITY);
  if (run.isTrial || run.over.reason instanceof ClosingError) return;
  for (let from = 0; from < rest.length; from += CHUNK) {
    await send(
      run,
      rest.slice(from, from + CHUNK).map((label) => ({ kind: 'label', label })),
    );
  }
}

/** The desk is being closed: nothing more is waited for. */
export class ClosingError extends InputError {}
