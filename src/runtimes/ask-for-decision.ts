// A decision over the stream: the transaction is appended, and whoever asked waits until the decision comes back.
import type { Transaction } from '../domain/transaction.ts';
import { contentHash as hashOfContent, type Result } from '../engine/process-batch.ts';
import type { Clock } from '../ports/clock.ts';
import { encodeTransaction } from '../stream/record-codec.ts';
import type { DecisionWaiters, Found } from './decision-waiters.ts';
import { DECISION_TIMEOUT_MS, lateDecision } from './late-decision.ts';
import type { LookUps } from './look-ups.ts';
import type { StreamIntake } from './stream-intake.ts';
import type { Tracing } from './tracing.ts';

export type AskParts = {
  readonly intake: StreamIntake;
  readonly waiters: DecisionWaiters;
  readonly lookUps: LookUps;
  readonly tracing: Tracing;
  readonly clock: Clock;
};

/** Rejects with OverCapacityError when the decision takes too long; it is made nevertheless. */
export async function askForDecision(
  parts: AskParts,
  transaction: Transaction,
  traceparent: string | undefined,
): Promise<Result> {
  parts.intake.checkCapacity();
  const { id } = transaction;
  const span = parts.tracing.begin('decision', 'server', traceparent, parts.clock.nowMs());
  try {
    const result = await sendAndWait(parts, transaction, span.traceparent);
    span.end({
      'goshawk.transaction.id': id,
      'goshawk.outcome': result.kind === 'quarantined' ? 'quarantined' : result.decision.outcome,
    });
    return result;
  } catch (error) {
    span.end({ 'goshawk.transaction.id': id }, error as Error);
    throw error;
  }
}

async function sendAndWait(
  parts: AskParts,
  transaction: Transaction,
  traceparent: string | undefined,
): Promise<Result> {
  const waiter = parts.waiters.join(transaction.id);
  const timeout = setTimeout(() => waiter.giveUp(lateDecision()), DECISION_TIMEOUT_MS);
  let stopLookUps = (): void => undefined;
  try {
    await parts.intake.append([
      { ...encodeTransaction(transaction), ...(traceparent !== undefined && { traceparent }) },
    ]);
    stopLookUps = parts.lookUps.watch(transaction.id, waiter);
    return resultOf(transaction, await waiter.found);
  } finally {
    clearTimeout(timeout);
    stopLookUps();
    waiter.leave();
  }
}

function resultOf(transaction: Transaction, found: Found): Result {
  if ('quarantined' in found)
    return { kind: 'quarantined', offset: 0, transactionId: transaction.id, reason: found.quarantined };
  const { decision, contentHash } = found;
  if (contentHash === hashOfContent(transaction)) return { kind: 'decided', offset: 0, decision };
  return { kind: 'duplicate', offset: 0, decision, sameContent: false };
}
