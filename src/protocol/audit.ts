// The audit trail: who saw and changed what.
import { type Static, Type } from 'typebox';
import { At, Component } from './operation.ts';

/** What an action was about: its keys differ from one to the next. */
export type AuditDetail = Readonly<Record<string, unknown>> | null;
export const AuditDetail = Type.Unsafe<AuditDetail>({
  type: ['object', 'null'],
  additionalProperties: true,
  description: 'What the action was about',
});

export const HistoryLine = Component('HistoryLine', {
  at: At(),
  who: Type.String(),
  action: Type.String(),
  detail: AuditDetail,
});
export type HistoryLine = Static<typeof HistoryLine>;
