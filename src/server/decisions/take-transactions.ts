// Takes transactions of a body, some hundreds at a time: what is new goes to the log, what was here just so is counted, all else is
// told with its place and kept among the dead letters.

import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from '../../domain/json-text.ts';
import { ownDataOf, undeclaredIn } from '../../domain/own-data.ts';
import type { Parsed, Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { badByteText } from '../../domain/utf8.ts';
import { contentHash } from '../../engine/process-batch.ts';
import type { JsonPiece } from '../../formats/json-records.ts';
import { type Desk, OverCapacityError } from '../../ports/desk.ts';
import type { RejectedRecord } from '../../protocol/decisions.ts';
import { otherContent } from './decide-route.ts';

export const MAX_PIECE_BYTES = 64 * 1024;
const CHUNK = 500;
const MAX_ERRORS_SHOWN = 1000;
const DEAD_LETTER_CHARACTERS = 2000;
/** How long a body waits for a desk that is full. */
const MAX_WAIT_MS = 30_000;
const WAIT_MS = 20;
/** Ids of one body that are remembered: what came just before may not be decided yet. */
const MAX_LATELY = 50_000;
/** Names of attributes that are counted. */
const MAX_UNDECLARED = 500;

type Taken = { readonly index: number; readonly raw: string; readonly transaction: Transaction };
export type BulkFigures = {
  readonly accepted: number;
  readonly repeated: number;
  readonly rejected: number;
  readonly errors: readonly RejectedRecord[];
  /** How often attributes came that nobody declared, by name. */
  readonly undeclared?: Readonly<Record<string, number>>;
};

export type BulkIntake = {
  take(piece: JsonPiece): Promise<void>;
  /** What is left. */
  flush(): Promise<void>;
  figures(): BulkFigures;
};

/** Waits while the desk is full, so that a fast sender is slowed down instead of refused half-way. */
async function acceptWhenRoom(desk: Desk, transactions: readonly Transaction[]): Promise<void> {
  const until = desk.clock.nowMs() + MAX_WAIT_MS;
  for (;;) {
    try {
      await desk.accept(transactions);
      return;
    } catch (error) {
      if (!(error instanceof OverCapacityError) || desk.clock.nowMs() > until) throw error;
      await sleep(WAIT_MS);
    }
  }
}

/** What came last in a body, by id. */
function createLately() {
  const contents = new Map<string, string>();
  return {
    contentOf: (id: string): string | undefined => contents.get(id),
    add(id: string, content: string): void {
      const { value: oldest } = contents.keys().next();
      if (contents.size === MAX_LATELY && oldest !== undefined) contents.delete(oldest);
      contents.set(id, content);
    },
  };
}

/** Attributes that nobody declared, counted by name. */
function createUndeclared(desk: Desk) {
  const counts = new Map<string, number>();
  return {
    add(transactions: readonly Transaction[]): void {
      const own = ownDataOf(desk.dataModel());
      for (const { attributes } of transactions) {
        for (const name of undeclaredIn(attributes, own, MAX_UNDECLARED)) {
          const before = counts.get(name);
          if (before !== undefined || counts.size < MAX_UNDECLARED) counts.set(name, (before ?? 0) + 1);
        }
      }
    },
    figures: () => (counts.size > 0 ? { undeclared: Object.fromEntries(counts) } : {}),
  };
}

const WRAPPED = /^\s*\{\s*"transactions"\s*:\s*\[/;
const UNWRAP = 'Send the list itself, without the object around it: [{…}, {…}], or one transaction a line.';

/** What a transaction turned out to be is no part of it: it is refused by name, with where it goes. */
const withLabelHint = (problem: Problem): Problem =>
  problem.pointer === '/fraud' || problem.pointer === '/fraudType'
    ? {
        ...problem,
        message: `${problem.pointer.slice(1)} is no part of a transaction: send labels to /v1/labels once it is decided.`,
      }
    : problem;

/** What is wrong with a piece, with a word for those who send labels or lists in an object. */
const problemsOf = (raw: string, problems: readonly Problem[]): readonly Problem[] =>
  WRAPPED.test(raw) ? [{ pointer: '/transactions', message: UNWRAP }] : problems.map(withLabelHint);

export function createBulkIntake(desk: Desk): BulkIntake {
  const errors: RejectedRecord[] = [];
  const lately = createLately();
  const undeclared = createUndeclared(desk);
  let accepted = 0;
  let rejected = 0;
  let repeated = 0;
  let chunk: Taken[] = [];

  async function reject(
    index: number,
    raw: string,
    problems: readonly Problem[],
    status = 422,
  ): Promise<void> {
    rejected++;
    if (errors.length < MAX_ERRORS_SHOWN) errors.push({ index, status, problems });
    await desk.store.addDeadLetter(
      'POST /v1/transactions',
      keptOf(raw, DEAD_LETTER_CHARACTERS, desk.cards),
      problems,
      desk.clock.nowMs(),
    );
  }

  async function flush(): Promise<void> {
    if (chunk.length === 0) return;
    const full = chunk;
    chunk = [];
    const before = await desk.store.findKnown(full.map(({ transaction }) => transaction.id));
    const fresh: Transaction[] = [];
    for (const { index, raw, transaction } of full) {
      const { id } = transaction;
      const content = contentHash(transaction);
      const known = before.get(id)?.contentHash ?? lately.contentOf(id);
      if (known === undefined) {
        fresh.push(transaction);
        lately.add(id, content);
      } else if (known === content) repeated++;
      else await reject(index, raw, [{ pointer: '/id', message: otherContent(id) }], 409);
    }
    if (fresh.length > 0) await acceptWhenRoom(desk, fresh);
    accepted += fresh.length;
    undeclared.add(fresh);
  }

  return {
    async take(piece) {
      const parsed = transactionOf(piece, desk);
      const { index } = piece;
      if (!parsed.ok) {
        const raw = piece.kind === 'text' || piece.kind === 'bad-bytes' ? piece.text : '';
        return reject(index, raw, problemsOf(raw, parsed.problems));
      }
      chunk.push({ index, raw: piece.kind === 'text' ? piece.text : '', transaction: parsed.value });
      if (chunk.length === CHUNK) await flush();
    },
    flush,
    figures: () => ({ accepted, repeated, rejected, errors, ...undeclared.figures() }),
  };
}

/** The transaction in a piece of a body, or what is wrong with it. */
function transactionOf(piece: JsonPiece, desk: Desk): Parsed<Transaction> {
  const wrong = (message: string): Parsed<never> => ({ ok: false, problems: [{ pointer: '', message }] });
  switch (piece.kind) {
    case 'too-long':
      return wrong(`This element is longer than ${MAX_PIECE_BYTES} bytes.`);
    case 'bad-bytes':
      return wrong(`This element is ${badByteText(piece.badByte)}.`);
    case 'broken':
      return wrong(piece.problem);
    case 'text': {
      const read = readJson(piece.text);
      return read.ok ? desk.readTransaction(read.value) : read;
    }
  }
}
