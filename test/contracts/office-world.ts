// A database with what people work with, into which decisions come as its runtime brings them.
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import type { Decided, Labelled } from '../../src/engine/process-batch.ts';

export type OfficeWorld = {
  readonly session: SqlSession;
  commit(decided: readonly Decided[], labelled?: readonly Labelled[]): Promise<void>;
  close(): Promise<void>;
};
