// A running fraud desk as the server sees it, whatever runtime is behind it.
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { LatencyWindow } from '../engine/latency-window.ts';
import type { BatchOutput, Engine, Result } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Store } from './store.ts';

/** Records accepted but not decided yet; beyond this the source is asked to wait. */
export const MAX_BACKLOG = 20_000;
/** Nothing more can be taken in right now; what was accepted is kept. */
export class OverCapacityError extends Error {
  override readonly name = 'OverCapacityError';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const diskFullError = (): OverCapacityError =>
  new OverCapacityError('The disk is full; free some space and intake goes on.', 30);

export type Measurements = {
  /** Received to committed. */
  readonly decision: LatencyWindow;
  /** Inside decide(). */
  readonly engine: LatencyWindow;
  readonly append: LatencyWindow;
  readonly commit: LatencyWindow;
  lastCommitAtMs: number | undefined;
};

export type Desk = {
  readonly engine: Engine;
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly measurements: Measurements;
  /** Appends a transaction and resolves once its decision is committed. Throws OverCapacityError when full. */
  decide(transaction: Transaction): Promise<Result>;
  /** Appends transactions; resolves with the first offset when they are durable in the log. */
  accept(transactions: readonly Transaction[]): Promise<number>;
  label(labels: readonly Label[]): Promise<void>;
  /** Appends transactions and labels in the order given; resolves with the first offset when they are durable. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Throws OverCapacityError when nothing more can be taken in right now. */
  checkCapacity(): void;
  /** Resolves when everything that is in the log now is decided and committed. */
  settled(): Promise<void>;
  onCommitted(listener: (output: BatchOutput) => void): void;
  readonly backlog: number;
  query(sql: string): Promise<Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
};
