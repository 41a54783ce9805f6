// What a sink has collected, for tests of what it stores.
import type { CollectedRows } from '../src/adapters/postgres/collected-rows.ts';
import { transactionToJson } from '../src/domain/transaction.ts';
import type { Decided } from '../src/engine/process-batch.ts';
import type { SinkStore } from '../src/ports/stream/sink-store.ts';
import { decisionMessage } from '../src/stream/message-codec.ts';

/** As a sink collects what it has read. */
export function collectedOf(sink: SinkStore<CollectedRows>, partition: number, decided: readonly Decided[]) {
  const collected = sink.collect(partition);
  for (const item of decided) {
    const text = Buffer.from(JSON.stringify(transactionToJson(item.transaction)));
    collected.decided(item, decisionMessage(item, text, undefined).value);
  }
  return collected;
}
