// Sends records of strangers down the road: read, decided, committed to a real database, read back. Nothing may throw, what
// was accepted reads back the same, and what was refused says where and why.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/adapters/embedded/database.ts';
import { kyselyOver } from '../../src/adapters/sql/kysely-session.ts';
import { migrate } from '../../src/adapters/sql/migrations.ts';
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import { createSqlStore } from '../../src/adapters/sql/store.ts';
import { cardTokens, MIN_KEY_BYTES } from '../../src/domain/card-policy.ts';
import type { Problem } from '../../src/domain/problem.ts';
import { canonicalContent, transactionToJson } from '../../src/domain/transaction.ts';
import { type BatchOutput, createEngine, type Engine } from '../../src/engine/process-batch.ts';
import type { LogRecord } from '../../src/engine/records.ts';
import { STANDARD } from '../../src/features/standard.ts';
import { createScorer } from '../../src/models/model.ts';
import type { Store } from '../../src/ports/store.ts';
import { compileRuleset } from '../../src/rules/ruleset.ts';
import { STARTER_RULES } from '../../src/rules/starter-rules.ts';
import {
  deadLetterMessage, decisionMessage, decodeDecision, decodeHead, decodeMessage, labelMessage,
} from '../../src/stream/message-codec.ts'; // biome-ignore format: a list
import { decodeRecord, traceparentOf } from '../../src/stream/record-codec.ts';
import { aModel } from '../contracts/model-registry.ts';
import { type FuzzRecord, fuzzRecord, NOW_MS } from './records.ts';

const PARTITION = 0;
const CARDS = cardTokens(Buffer.alloc(MIN_KEY_BYTES, 7));
const COMMITTED_AT_ONCE = 500;
/** One in so many of the refused is written as a dead letter, and one in so many stored. */
const DEAD_LETTERS_MADE = 5;
const DEAD_LETTERS_STORED = 500;
const LONGEST_PROBLEM = 2000;

export type FuzzReport = {
  records: number;
  refused: number;
  decided: number;
  duplicates: number;
  labelled: number;
};

type Accepted = { readonly given: FuzzRecord; readonly record: LogRecord; readonly text: Uint8Array };
type Road = { readonly session: SqlSession; readonly store: Store; readonly engine: Engine };

const printed = (bytes: Uint8Array | null): string =>
  bytes === null
    ? 'none'
    : `${JSON.stringify(Buffer.from(bytes).toString('utf8').slice(0, 500))}, in base64 ${Buffer.from(bytes).toString('base64').slice(0, 1500)}`;

/** A record by which anybody can see the failure again. */
function failure(seed: number, { raw, changes }: FuzzRecord, error: unknown): Error {
  const headers = JSON.stringify([...raw.headers].map(([name, said]) => [name, said.slice(0, 200)]));
  return new Error(
    `seed ${seed}, record ${raw.offset} (${changes.join('; ')}): ${(error as Error).message}\n` +
      `  key ${printed(raw.key)}\n  headers ${headers}\n  value ${printed(raw.value)}`,
    { cause: error },
  );
}

/** Of the record as a whole, a problem says in words where, or what of it. */
const SAYS_WHERE =
  /line \d+, column \d+|from character \d+ on|ends too early|^Header |\d+ bytes; at most|has no value|stands twice in an object|must be a JSON object|more problems than these|^Not valid JSON\.$/;

function checkRefusal({ touched }: FuzzRecord, problems: readonly Problem[]): void {
  assert.ok(problems.length > 0, 'refused without a problem');
  for (const { pointer, message } of problems) {
    assert.ok(
      message.length > 0 && message.length <= LONGEST_PROBLEM,
      `a message of ${message.length} characters`,
    );
    assert.match(message, /\.$/, 'a message is a sentence');
    if (pointer === '') assert.match(message, SAYS_WHERE);
    else assert.match(pointer, /^\//);
    const expected =
      touched === undefined ||
      (pointer === '' && /bytes; at most|more problems|stands twice/.test(message)) ||
      touched.some((place) => pointer.startsWith(place));
    assert.ok(expected, `${touched?.join(', ')} was changed, and what is told of is ${pointer}: ${message}`);
  }
}

/** What workers publish reads back as it was, in a sink. */
function checkMessages(output: BatchOutput, accepted: ReadonlyMap<number, Accepted>): void {
  for (const item of output.decided) {
    const { given, text } = accepted.get(item.offset) as Accepted;
    const { value } = decisionMessage(item, text, traceparentOf(given.raw));
    const read = decodeDecision(value);
    assert.equal(canonicalContent(read.transaction), canonicalContent(item.transaction));
    assert.equal(decodeHead(value)?.transactionId, item.transaction.id);
  }
  for (const item of output.labelled) {
    const read = decodeMessage(labelMessage(item).value);
    assert.ok(read.kind === 'label');
    assert.deepEqual(read.label, item.label);
  }
}

async function checkStored({ session, store }: Road, output: BatchOutput): Promise<void> {
  const stored = await store.transactions({ after: output.firstOffset - 1 }, COMMITTED_AT_ONCE);
  assert.equal(stored.length, output.decided.length, 'as many rows as decisions');
  stored.forEach(({ offset, transaction, decision, vector }, i) => {
    const item = output.decided[i];
    assert.equal(offset, item.offset);
    assert.equal(canonicalContent(transaction), canonicalContent(item.transaction));
    assert.deepEqual(
      transactionToJson(transaction),
      JSON.parse(JSON.stringify(transactionToJson(item.transaction))),
    );
    // Why an approval was made is worked out from its features when somebody asks.
    const reasons = decision.outcome === 'approve' ? [] : item.decision.reasons;
    assert.deepEqual(decision, { ...item.decision, reasons });
    assert.ok(Buffer.from(vector).equals(item.vector), 'the features, byte for byte');
  });
  const known = await store.findKnown(output.decided.map(({ transaction }) => transaction.id));
  assert.equal(known.size, output.decided.length, 'each is found by its id');
  if (output.labelled.length === 0) return;
  const labels = await session.query('select * from labels where seq >= $1 order by seq', [
    output.firstOffset,
  ]);
  assert.deepEqual(
    labels.map((row) => [row.transaction_id, row.fraud, row.fraud_type ?? undefined, row.source]),
    output.labelled.map(({ label }) => [label.transactionId, label.fraud, label.fraudType, label.source]),
  );
}

async function commit(road: Road, accepted: readonly Accepted[]): Promise<BatchOutput> {
  const records = accepted.map(({ record }) => record);
  const offsets = accepted.map(({ given }) => given.raw.offset);
  const ids = records.flatMap((record) => {
    if (record.kind === 'event') return [];
    return [record.kind === 'transaction' ? record.transaction.id : record.label.transactionId];
  });
  const known = await road.store.findKnown(ids);
  const [firstOffset] = offsets;
  const nextOffset = offsets[offsets.length - 1] + 1;
  const memory = {
    decided: (id: string) => known.get(id),
    label: (id: string) => known.get(id)?.label,
  };
  const output = road.engine.processBatch(
    PARTITION,
    { firstOffset, nextOffset, records, offsets },
    memory,
    NOW_MS,
  );
  assert.deepEqual(
    output.quarantined.map(({ reason }) => reason),
    [],
    'nothing is for the quarantine',
  );
  await road.store.commit(output);
  checkMessages(output, new Map(accepted.map((item) => [item.given.raw.offset, item])));
  await checkStored(road, output);
  return output;
}

/** Sends records one by one through a batch that could not be stored, to name the one. */
async function narrowed(
  road: Road,
  seed: number,
  batch: readonly Accepted[],
  error: unknown,
): Promise<Error> {
  // What is stored already was refused by the checks after it: stored once more it would fail otherwise.
  const stored = await road.store.findKnown(
    batch.flatMap(({ record }) => (record.kind === 'transaction' ? [record.transaction.id] : [])),
  );
  if (batch.some(({ record }) => record.kind === 'transaction' && stored.has(record.transaction.id)))
    return failure(seed, batch[0].given, error);
  for (const item of batch) {
    try {
      await commit(road, [item]);
    } catch (own) {
      if (!/duplicate key/.test((own as Error).message)) return failure(seed, item.given, own);
    }
  }
  return failure(seed, batch[0].given, error);
}

/** Throws an error that names the seed and shows the record. The folder is for the database. */
export async function fuzz(
  seed: number,
  records: number,
  folder: string,
  onProgress?: (done: number) => void,
): Promise<FuzzReport> {
  let broken: Error | undefined;
  const session = openEmbeddedDatabase(join(folder, `fuzz-${seed}`), (error) => {
    broken = error;
  });
  try {
    const db = kyselyOver(session);
    await migrate(db, 'embedded');
    const serving = { champion: createScorer(await aModel(), STANDARD) };
    const engine = createEngine(STANDARD.createState(), {
      catalogue: STANDARD,
      serving: serving,
      ruleset: compileRuleset(STARTER_RULES, STANDARD),
    });
    const road: Road = { session, store: createSqlStore(session, db), engine };
    const report: FuzzReport = { records, refused: 0, decided: 0, duplicates: 0, labelled: 0 };
    let accepted: Accepted[] = [];
    const flush = async (): Promise<void> => {
      const batch = accepted;
      accepted = [];
      if (batch.length === 0) return;
      try {
        const { decided, labelled, results } = await commit(road, batch);
        report.decided += decided.length;
        report.labelled += labelled.length;
        report.duplicates += results.filter(({ kind }) => kind === 'duplicate').length;
      } catch (error) {
        throw await narrowed(road, seed, batch, error);
      }
    };
    for (let number = 0; number < records; number++) {
      const given = fuzzRecord(seed, number);
      try {
        const decoded = decodeRecord(given.raw, { nowMs: NOW_MS, cards: CARDS });
        if (decoded.ok) accepted.push({ given, record: decoded.record, text: decoded.text });
        else {
          report.refused++;
          checkRefusal(given, decoded.problems);
          if (report.refused % DEAD_LETTERS_MADE === 0) {
            const letter = decodeMessage(deadLetterMessage(given.raw, decoded.problems, CARDS).value);
            assert.ok(letter.kind === 'dead-letter' && letter.offset === number);
            if (report.refused % DEAD_LETTERS_STORED === 0)
              await road.store.addDeadLetter('fuzz', letter.raw, letter.problems, NOW_MS);
          }
        }
      } catch (error) {
        throw failure(seed, given, error);
      }
      if (accepted.length === COMMITTED_AT_ONCE) await flush();
      if (broken) throw broken;
      if (number % 10_000 === 0) onProgress?.(number);
    }
    await flush();
    assert.equal(report.records, report.refused + report.decided + report.duplicates + report.labelled);
    return report;
  } finally {
    await session.close().catch(() => undefined);
  }
}
