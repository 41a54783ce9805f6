// What is counted of an erasure, and its steps, in words.
import type { ErasureKind } from '../../../src/domain/erasure.ts';
import type { Erasure } from '../../../src/protocol/erasures.ts';

/** Of one, and of several. */
export const KIND_WORDS: Readonly<Record<ErasureKind, readonly [one: string, several: string]>> = {
  transactions: ['transaction', 'transactions'],
  alerts: ['alert', 'alerts'],
  events: ['event', 'events'],
  deadLetters: ['dead letter', 'dead letters'],
  notes: ['note', 'notes'],
  files: ['file', 'files'],
  cases: ['case', 'cases'],
  mentions: ['row elsewhere', 'rows elsewhere'],
  auditLines: ['line of the audit trail', 'lines of the audit trail'],
  histories: ['history', 'histories'],
  records: ['record of the log', 'records of the log'],
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
