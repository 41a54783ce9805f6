// What is counted of an erasure, and its steps, in words.
import type { ErasureKind } from '../../../src/domain/erasure.ts';
import type { Erasure } from '../../../src/protocol/erasures.ts';

export const KIND_WORDS: Readonly<Record<ErasureKind, string>> = {
  transactions: 'Transactions',
  alerts: 'Alerts',
  events: 'Events',
  deadLetters: 'Dead letters',
  notes: 'Notes',
  files: 'Files',
  cases: 'Cases',
  mentions: 'Rows elsewhere',
  auditLines: 'Audit lines',
  histories: 'Histories',
  records: 'Log records',
};

export const STEP_WORDS: Readonly<Record<Erasure['step'], string>> = {
  transactions: 'transactions and alerts',
  events: 'events',
  letters: 'dead letters',
  prose: 'notes, files and cases',
  mentions: 'whatever else names them',
  trail: 'the audit trail',
  runtime: 'histories and the log',
};
