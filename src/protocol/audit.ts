// The audit trail: who saw and changed what.
import { type Static, Type } from 'typebox';
import { Line, SafeInteger } from './fields.ts';
import { At, Component, Nullable, OneOf, operation } from './operation.ts';
import { SEARCH_WORDS, SearchPage } from './pages.ts';

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

const Hash = Nullable(Type.String({ description: 'Null where it is hidden' }));

export const AuditLine = Component('AuditLine', {
  seq: Type.Integer(),
  ...HistoryLine.properties,
  kind: OneOf(['person', 'key', 'local']),
  subject: Type.String(),
  hash: Hash,
});
export type AuditLine = Static<typeof AuditLine>;

export const AuditHead = Component(
  'AuditHead',
  { seq: Type.Integer(), hash: Hash },
  { description: 'The end of the trail' },
);
export type AuditHead = Static<typeof AuditHead>;

export const listAuditLines = operation({
  id: 'listAuditLines',
  method: 'GET',
  path: '/v1/audit',
  capability: 'audit',
  summary: 'The audit trail, newest first',
  description:
    'Each line carries the hash of the chain up to it; ./goshawk audit verify computes it again. Without permission to see ' +
    `identifiers (read_identifiers) details that may name somebody, and hashes, are left out. ${SEARCH_WORDS}`,
  permission: 'read_audit',
  expensive: true,
  query: Type.Object(
    {
      who: Type.Optional(Line(200)),
      action: Type.Optional(Line(200)),
      subject: Type.Optional(Line(300)),
      cursor: Type.Optional(SafeInteger()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: Component('AuditPage', { ...SearchPage('AuditPage', AuditLine).properties, head: AuditHead }),
  },
});
