// Takes transactions or events of a body, some hundreds at a time: what is new goes to the log, what was here just so is counted, all else is
// told with its place and kept among the dead letters.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Attributes } from '../../domain/data-model.ts';
import { readJson } from '../../domain/json-text.ts';
import { ownDataOf, undeclaredIn } from '../../domain/own-data.ts';
import type { Parsed, Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import { badByteText } from '../../domain/utf8.ts';
import type { JsonPiece } from '../../formats/json-records.ts';
import { type Desk, OverCapacityError } from '../../ports/desk.ts';
import type { RejectedRecord } from '../../protocol/decisions.ts';

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

type Bulk = { readonly id: string; readonly attributes?: Attributes };

/** What one kind of record is taken by. */
export type BulkKind<T extends Bulk> = {
  /** Where it comes from, as dead letters say it. */
  readonly source: string;
  read(value: unknown): Parsed<T>;
  contentOf(item: T): string;
  /** The contents of those of these ids that are here. */
  contentsKnown(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  accept(items: readonly T[]): Promise<void>;
  /** Why an id cannot be used again. */
  otherContent(id: string): string;
  /** What is wrong with a piece, in words for whoever sends it. */
  problemsOf(raw: string, problems: readonly Problem[]): readonly Problem[];
};

type Taken<T> = { readonly index: number; readonly raw: string; readonly item: T };
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
async function acceptWhenRoom(desk: Desk, accept: () => Promise<void>): Promise<void> {
  const until = desk.clock.nowMs() + MAX_WAIT_MS;
  for (;;) {
    try {
      await accept();
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
    add(items: readonly Bulk[]): void {
      const own = ownDataOf(desk.dataModel());
      for (const { attributes } of items) {
        for (const name of undeclaredIn(attributes, own, MAX_UNDECLARED)) {
          const before = counts.get(name);
          if (before !== undefined || counts.size < MAX_UNDECLARED) counts.set(name, (before ?? 0) + 1);
        }
      }
    },
    figures: () => (counts.size > 0 ? { undeclared: Object.fromEntries(counts) } : {}),
  };
}

export function createBulkIntake<T extends Bulk>(desk: Desk, kind: BulkKind<T>): BulkIntake {
  const errors: RejectedRecord[] = [];
  const lately = createLately();
  const undeclared = createUndeclared(desk);
  let accepted = 0;
  let rejected = 0;
  let repeated = 0;
  let chunk: Taken<T>[] = [];

  async function reject(
    index: number,
    raw: string,
    problems: readonly Problem[],
    status = 422,
  ): Promise<void> {
    rejected++;
    if (errors.length < MAX_ERRORS_SHOWN) errors.push({ index, status, problems });
    await desk.store.addDeadLetter(
      kind.source,
      keptOf(raw, DEAD_LETTER_CHARACTERS, desk.cards),
      problems,
      desk.clock.nowMs(),
    );
  }

  async function flush(): Promise<void> {
    if (chunk.length === 0) return;
    const full = chunk;
    chunk = [];
    const before = await kind.contentsKnown(full.map(({ item }) => item.id));
    const fresh: T[] = [];
    for (const { index, raw, item } of full) {
      const { id } = item;
      const content = kind.contentOf(item);
      const known = before.get(id) ?? lately.contentOf(id);
      if (known === undefined) {
        fresh.push(item);
        lately.add(id, content);
      } else if (known === content) repeated++;
      else await reject(index, raw, [{ pointer: '/id', message: kind.otherContent(id) }], 409);
    }
    if (fresh.length > 0) await acceptWhenRoom(desk, () => kind.accept(fresh));
    accepted += fresh.length;
    undeclared.add(fresh);
  }

  return {
    async take(piece) {
      const parsed = recordOf(piece, kind.read);
      const { index } = piece;
      if (!parsed.ok) {
        const raw = piece.kind === 'text' || piece.kind === 'bad-bytes' ? piece.text : '';
        return reject(index, raw, kind.problemsOf(raw, parsed.problems));
      }
      chunk.push({ index, raw: piece.kind === 'text' ? piece.text : '', item: parsed.value });
      if (chunk.length === CHUNK) await flush();
    },
    flush,
    figures: () => ({ accepted, repeated, rejected, errors, ...undeclared.figures() }),
  };
}

/** The record in a piece of a body, or what is wrong with it. */
function recordOf<T>(piece: JsonPiece, ofValue: (value: unknown) => Parsed<T>): Parsed<T> {
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
      return read.ok ? ofValue(read.value) : read;
    }
  }
}
