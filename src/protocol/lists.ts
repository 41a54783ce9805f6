// Lists that rules ask: their entries, sanctions names, and what is being imported into them.
import { type Static, Type } from 'typebox';
import { LIST_KINDS, LIST_NAME, LIST_PURPOSES, MAX_LIST_NOTE } from '../domain/list.ts';
import { Identifier, Line, Prose } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';
import { ChangeProposed } from './proposals.ts';

const capability = 'lists';
const MAX_AT_ONCE = 5000;
const CLOSED = { additionalProperties: false } as const;

const ListName = (description?: string) =>
  Identifier(60, {
    pattern: LIST_NAME.source,
    examples: ['blocked-devices'],
    ...(description !== undefined && { description }),
  });
const ListParams = Type.Object({ name: ListName() });
const SourceParams = Type.Object({
  // A path cannot end in what means a folder.
  name: Identifier(60, { pattern: '^(?!\\.{1,2}$)[\\w .-]+$', examples: ['sdn'] }),
});
const ImportParams = Type.Object({ id: Identifier(36) });

const list = {
  name: Type.String(),
  kind: OneOf(LIST_KINDS, { description: 'What its entries are of' }),
  purpose: OneOf(LIST_PURPOSES),
  note: Type.String({ description: 'Empty where it is hidden' }),
  entries: Type.Integer(),
};
export const EntryList = Component('EntryList', {
  ...list,
  needsTwo: Type.Boolean({
    description:
      'Live rules approve by it and two people are asked for: a change waits until somebody else approves it',
  }),
});
export type EntryList = Static<typeof EntryList>;

export const SanctionsList = Component('SanctionsList', {
  name: Type.String(),
  names: Type.Integer(),
  importedAt: At(),
  importedBy: Type.String(),
});
export type SanctionsList = Static<typeof SanctionsList>;

const EntryLists = Component('EntryLists', {
  lists: List(EntryList),
  sources: List(SanctionsList, { description: 'Imported sanctions lists' }),
});

export const ListEntry = Component('ListEntry', {
  value: Type.String(),
  expiresAt: Nullable(At({ description: 'Null: it does not end' })),
  note: Type.String(),
  who: Type.String(),
  at: At(),
});
export type ListEntry = Static<typeof ListEntry>;

const ListEntryPage = Component('ListEntryPage', {
  entries: List(ListEntry),
  next: Nullable(Type.String({ description: 'For the next page, as `after`; null on the last one' })),
});

const Removed = Component('ListRemoved', { name: Type.String(), removed: Type.Boolean() });

const refusedLine = { line: Type.Integer() };
const RefusedLine = Component('RefusedLine', { ...refusedLine, problem: Type.String() });

export const EntriesImported = Component('EntriesImported', {
  id: Type.String({ description: 'Of the import' }),
  added: Type.Integer(),
  changed: Type.Integer(),
  refused: Type.Integer(),
  problems: List(RefusedLine, { description: 'The first 100' }),
});
export type EntriesImported = Static<typeof EntriesImported>;

const SanctionsListImported = Component('SanctionsListImported', {
  id: Type.String({ description: 'Of the import' }),
  name: Type.String(),
  names: Type.Integer(),
  before: Type.Integer({ description: 'How many names there were before' }),
  dropped: Type.Integer(),
  problems: List(RefusedLine, { description: 'The first 100' }),
});

export const ImportStatus = Component('ImportStatus', {
  id: Type.String(),
  of: OneOf(['list', 'sanctions']),
  name: Type.String({ description: 'Of the list' }),
  who: Type.String(),
  state: OneOf(['running', 'done', 'cancelled', 'abandoned', 'failed'], {
    description: '`abandoned`: its sender went away',
  }),
  startedAt: At(),
  endedAt: Nullable(At()),
  progress: Nullable(Type.Number({ description: '0 to 1; null while nobody knows of how much' })),
  bytes: Type.Number({ description: 'That came in' }),
  done: Type.Integer({ description: 'Lines or names that were worked off' }),
  taken: Type.Integer(),
  added: Type.Integer(),
  changed: Type.Integer(),
  refused: Type.Integer(),
  problems: List(
    Type.Object({
      ...refusedLine,
      problem: Nullable(Type.String({ description: 'Null where it is hidden' })),
    }),
    { description: 'The first 100' },
  ),
  problem: Nullable(Type.String({ description: 'Why it ended early' })),
});
export type ImportStatus = Static<typeof ImportStatus>;

const Imports = Component('Imports', { imports: List(ImportStatus) });

const NamePart = Component('NamePart', {
  asked: Type.String(),
  listed: Type.String(),
  how: OneOf(['same', 'spelled alike', 'sounds alike', 'abbreviated', 'initial', 'written together']),
  fit: Type.Number({ description: '0 to 1' }),
});

export const NameScreened = Component('NameScreened', {
  score: Type.Number({ description: '0 to 1; 0 where nothing comes near' }),
  uid: Nullable(Type.String({ description: 'Of the entry, as its list names it' })),
  source: Nullable(Type.String({ description: 'The list that it is of' })),
  name: Nullable(Type.String()),
  isWeakAlias: Type.Boolean(),
  parts: List(NamePart),
  askedOnly: List(Type.String()),
  listedOnly: List(Type.String()),
  isCut: Type.Boolean(),
  why: Type.String(),
});
export type NameScreened = Static<typeof NameScreened>;

export const listLists = operation({
  id: 'listLists',
  method: 'GET',
  path: '/v1/lists',
  capability,
  summary: 'Every list, and imported sanctions lists',
  permission: 'read',
  answers: { 200: EntryLists },
});

export const makeList = operation({
  id: 'makeList',
  method: 'POST',
  path: '/v1/lists',
  capability,
  summary: 'Make a list',
  permission: 'edit_lists',
  audits: ['made a list'],
  body: Type.Object(
    {
      name: ListName('Small letters, digits and hyphens'),
      kind: OneOf(LIST_KINDS),
      purpose: Type.Optional(OneOf(LIST_PURPOSES, { default: 'watch' })),
      note: Type.Optional(Prose(MAX_LIST_NOTE)),
    },
    { ...CLOSED, examples: [{ name: 'blocked-devices', kind: 'device', purpose: 'block' }] },
  ),
  answers: { 201: Component('ListMade', list) },
  problems: [409],
});

export const removeList = operation({
  id: 'removeList',
  method: 'DELETE',
  path: '/v1/lists/:name',
  capability,
  summary: 'Remove a list that no rule in service reads',
  permission: 'edit_lists',
  audits: ['removed a list'],
  params: ListParams,
  answers: { 200: Removed },
  problems: [404, 409],
});

export const listEntries = operation({
  id: 'listEntries',
  method: 'GET',
  path: '/v1/lists/:name/entries',
  capability,
  summary: 'Entries of a list, in order',
  permission: 'read_identifiers',
  expensive: true,
  params: ListParams,
  query: Type.Object(
    {
      search: Type.Optional(Line(128, { minLength: 0 })),
      after: Type.Optional(Line(128, { minLength: 0, description: 'The last value of the page before' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    },
    CLOSED,
  ),
  answers: { 200: ListEntryPage },
  problems: [404],
});

export const putEntries = operation({
  id: 'putEntries',
  method: 'POST',
  path: '/v1/lists/:name/entries',
  capability,
  summary: 'Put entries into a list, or change when they end',
  description:
    'All of them, or none where one is not valid. Rules see them at once here, within two seconds elsewhere. Answers 202 where a ' +
    'second person has to approve it first: live rules approve by the list, and two people are asked for.',
  permission: 'edit_lists',
  audits: ['put into a list', 'proposed to change a list'],
  params: ListParams,
  body: Type.Object(
    {
      entries: Type.Array(
        Type.Object(
          {
            value: Line(128, { minLength: 0 }),
            expiresAt: Type.Optional(
              Identifier(40, { minLength: 0, description: 'A day or a time; never where absent' }),
            ),
            note: Type.Optional(Prose(MAX_LIST_NOTE)),
          },
          CLOSED,
        ),
        { minItems: 1, maxItems: MAX_AT_ONCE },
      ),
    },
    { ...CLOSED, examples: [{ entries: [{ value: 'dev-1', note: 'case 12' }] }] },
  ),
  answers: {
    200: Component('EntriesPut', { added: Type.Integer(), changed: Type.Integer() }),
    202: ChangeProposed,
  },
  problems: [404, 409, 422],
});

export const takeEntries = operation({
  id: 'takeEntries',
  method: 'DELETE',
  path: '/v1/lists/:name/entries',
  capability,
  summary: 'Take entries out of a list',
  permission: 'edit_lists',
  audits: ['took out of a list', 'proposed to change a list'],
  params: ListParams,
  body: Type.Object({ values: Type.Array(Line(128), { minItems: 1, maxItems: MAX_AT_ONCE }) }, CLOSED),
  answers: { 200: Component('EntriesTaken', { removed: Type.Integer() }), 202: ChangeProposed },
  problems: [404, 409],
});

export const importEntries = operation({
  id: 'importEntries',
  method: 'POST',
  path: '/v1/lists/:name/import',
  capability,
  summary: 'Import entries from a CSV',
  description:
    'A line an entry: value, when it ends (or nothing), note. Lines that are not valid, or longer than 64 KB, are told; ' +
    'the others go in, bit by bit, while decisions go on. GET /v1/imports tells how far it is, DELETE /v1/imports/{id} ' +
    'cancels it; it ends when the connection does. What was taken until then stays.',
  permission: 'edit_lists',
  audits: ['began an import', 'imported into a list'],
  params: ListParams,
  streamTypes: ['text/csv'],
  answers: { 200: EntriesImported },
  problems: [404, 409, 422],
});

export const importSanctionsList = operation({
  id: 'importSanctionsList',
  method: 'PUT',
  path: '/v1/sanctions/:name',
  capability,
  summary: 'Import a sanctions list, in place of the one of that name',
  description:
    'OFAC’s SDN.CSV, ALT.CSV, SDN.XML or SDN_ADVANCED.XML, the EU’s XML or CSV, the United Nations’ XML, or a CSV with the ' +
    'columns uid and name; which it is is seen from the content. The one of before serves until all of it is there; an import that is cancelled, or whose sender goes, changes nothing. The answer says how many names there were ' +
    'before, and which lines were dropped and why.',
  permission: 'edit_lists',
  audits: ['imported names'],
  params: SourceParams,
  streamTypes: ['text/csv', 'application/xml'],
  answers: { 200: SanctionsListImported },
  problems: [409, 422],
});

export const removeSanctionsList = operation({
  id: 'removeSanctionsList',
  method: 'DELETE',
  path: '/v1/sanctions/:name',
  capability,
  summary: 'Remove an imported sanctions list',
  permission: 'edit_lists',
  audits: ['removed names'],
  params: SourceParams,
  answers: { 200: Removed },
  problems: [404],
});

export const screenName = operation({
  id: 'screenName',
  method: 'POST',
  path: '/v1/sanctions/screen',
  capability,
  summary: 'How well a name fits the imported sanctions lists',
  description:
    'The best fit, which parts of the two names fit how, and the words that only one of them has; why says it in words. An alias ' +
    'that its list calls weak counts 0.9 at most, and isWeakAlias says so. isCut says that more names were ' +
    'like it than could be looked at in ten milliseconds: another may fit better.',
  permission: 'read_identifiers',
  audits: ['screened a name'],
  repeatable: true,
  body: Type.Object({ name: Line(200) }, CLOSED),
  answers: { 200: NameScreened },
});

export const listImports = operation({
  id: 'listImports',
  method: 'GET',
  path: '/v1/imports',
  capability,
  summary: 'Imports that are under way, and the latest that are over',
  permission: 'edit_lists',
  answers: { 200: Imports },
});

export const getImport = operation({
  id: 'getImport',
  method: 'GET',
  path: '/v1/imports/:id',
  capability,
  summary: 'How far an import is',
  permission: 'edit_lists',
  params: ImportParams,
  answers: { 200: ImportStatus },
  problems: [404],
});

export const cancelImport = operation({
  id: 'cancelImport',
  method: 'DELETE',
  path: '/v1/imports/:id',
  capability,
  summary: 'Cancel an import',
  description: 'Entries that were taken stay; of names none counts before all are there.',
  permission: 'edit_lists',
  params: ImportParams,
  answers: { 200: Component('ImportCancelled', { id: Type.String(), cancelled: Type.Boolean() }) },
  problems: [404, 409],
});
