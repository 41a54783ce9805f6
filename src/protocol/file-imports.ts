// Files of a bank's past: brought, looked at, tried, and imported as decided history.
import { type Static, Type } from 'typebox';
import { FIELD_TYPES } from '../domain/data-model.ts';
import { StoredTransaction } from './decisions.ts';
import { Identifier, Int32, Line, Prose } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'file-imports';
const CLOSED = { additionalProperties: false } as const;
/** Of a mapping of as many columns as there may be, ten times. */
export const MAX_MAPPING = 256 * 1024;
export const IMPORT_STATES = ['running', 'done', 'cancelled', 'failed', 'interrupted'] as const;

/** JSON of any shape, as whoever wrote it has it. */
const Any = (description: string) => Type.Unknown({ description });
const MappingText = Prose(MAX_MAPPING, {
  description:
    'JSON of a mapping, as ./goshawk replay takes it (docs/data.md); of rows that are transactions already, nothing',
});

const ImportQuestion = Component('ImportQuestion', {
  pointer: Type.String({
    description: 'Where in the mapping its answer goes',
    examples: ['/fields/currency'],
  }),
  text: Type.String(),
  choices: List(
    Type.Object({ value: Any('What stands in the mapping then; null for nothing'), text: Type.String() }),
  ),
  takes: Type.Optional(OneOf(['zone', 'currency'], { description: 'What may be said besides the choices' })),
});
export type ImportQuestion = Static<typeof ImportQuestion>;

const ImportColumn = Component('ImportColumn', {
  name: Type.String(),
  filled: Type.Integer(),
  empty: Type.Integer(),
  different: Type.Integer(),
  samples: List(Type.String(), { description: 'Up to three, without card numbers' }),
  attribute: Type.String({ description: 'What it would be called as a field of one’s own' }),
  type: OneOf(FIELD_TYPES, { description: 'What it would hold then' }),
  confidence: Type.Number({ description: 'How sure it is what the mapping takes it for, 0 to 1' }),
  why: Type.String(),
});
export type ImportColumn = Static<typeof ImportColumn>;

const FileDetection = Component('FileDetection', {
  rows: Type.Integer({ description: 'The first rows, which were looked at' }),
  columns: List(ImportColumn),
  mapping: Type.Record(Type.String(), Type.Unknown(), {
    description: 'What is proposed; what is asked is absent',
  }),
  questions: List(ImportQuestion),
  notes: List(Type.String()),
});
export type FileDetection = Static<typeof FileDetection>;

export const ImportedFile = Component('ImportedFile', {
  id: Type.String(),
  name: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  takenAt: At(),
  detection: Nullable(FileDetection),
});
export type ImportedFile = Static<typeof ImportedFile>;

const RowProblem = Type.Object({ pointer: Type.String(), message: Type.String() });

export const PreviewedRow = Component('PreviewedRow', {
  line: Type.Integer(),
  cells: List(Type.String()),
  transaction: Type.Optional(StoredTransaction),
  fraud: Type.Optional(Type.Boolean()),
  problems: Type.Optional(List(RowProblem)),
});
export type PreviewedRow = Static<typeof PreviewedRow>;

export const FileImport = Component('FileImport', {
  id: Type.String(),
  fileName: Type.String(),
  sha256: Type.String(),
  who: Type.String(),
  isTrial: Type.Boolean({ description: 'Nothing was sent: it says what an import would do' }),
  delayDays: Type.Integer(),
  state: OneOf(IMPORT_STATES),
  problem: Nullable(Type.String({ description: 'Why it ended before its end' })),
  startedAt: At(),
  endedAt: Nullable(At()),
  progress: Type.Number({ description: 'Of the bytes of the file, 0 to 1' }),
  rows: Type.Integer({ description: 'Read; each is decided, repeated or rejected, or under way' }),
  decided: Type.Integer(),
  repeated: Type.Integer({ description: 'Here before, just so' }),
  rejected: Type.Integer(),
  flagged: Type.Integer({ description: 'Of those that were decided' }),
  frauds: Type.Integer({ description: 'By what the file says' }),
  genuine: Type.Integer(),
  unlabelled: Type.Integer(),
  from: Nullable(At()),
  until: Nullable(At()),
  problems: List(
    Type.Object({
      pointer: Type.String(),
      message: Type.String(),
      rows: Type.Integer(),
      firstLine: Type.Integer(),
    }),
    { description: 'The commonest first, at most 50' },
  ),
  told: List(Type.Object({ line: Type.Integer(), problem: Nullable(Type.String()) }), {
    description: 'Rows that are not decided, the first 1,000: with why, or null where they were here before',
  }),
  mapping: Any('What it was read by'),
});
export type FileImport = Static<typeof FileImport>;

const FileParams = Type.Object({ id: Identifier(64) });
const asked = { capability, permission: 'decide', identifiers: true } as const;

export const takeFile = operation({
  ...asked,
  id: 'takeFile',
  method: 'POST',
  path: '/v1/files',
  summary: 'Bring a file to import',
  description:
    'CSV, a line of JSON each or an array, plain or gzip, at most 2 GiB. It lies encrypted by a key that only this process knows, for a day or ' +
    'until the desk is started anew. Answers what was found in it, the mapping that is proposed, and what has to be asked.',
  query: Type.Object({ name: Line(200, { description: 'What it is called' }) }, CLOSED),
  streamTypes: ['application/octet-stream', 'text/csv'],
  answers: { 201: ImportedFile },
  problems: [413, 422],
});

export const getFile = operation({
  ...asked,
  id: 'getFile',
  method: 'GET',
  path: '/v1/files/:id',
  summary: 'A file that was brought',
  params: FileParams,
  answers: { 200: ImportedFile },
  problems: [404],
});

export const dropFile = operation({
  ...asked,
  id: 'dropFile',
  method: 'DELETE',
  path: '/v1/files/:id',
  summary: 'Take a file away again',
  params: FileParams,
  answers: { 200: Component('FileDropped', { id: Type.String(), dropped: Type.Boolean() }) },
  problems: [404],
});

export const previewFile = operation({
  ...asked,
  id: 'previewFile',
  method: 'POST',
  path: '/v1/files/:id/preview',
  summary: 'The first rows of a file, as they are and as they will be',
  repeatable: true,
  params: FileParams,
  body: Type.Object({ mapping: Type.Optional(MappingText) }, CLOSED),
  answers: { 200: Component('FilePreview', { rows: List(PreviewedRow) }) },
  problems: [404, 422],
});

export const importFile = operation({
  ...asked,
  id: 'importFile',
  method: 'POST',
  path: '/v1/files/:id/imports',
  summary: 'Import a file as decided history, or try it',
  description:
    'Rows go into the log in the order of time and are decided like any other, each label once it would have been known. A trial reads all of it and ' +
    'sends nothing. One is under way at a time; GET /v1/file-imports/{id} tells how far it is.',
  audits: ['began to import a file'],
  params: FileParams,
  body: Type.Object(
    {
      mapping: Type.Optional(MappingText),
      trial: Type.Optional(Type.Boolean({ description: 'Nothing is sent' })),
      delayDays: Type.Optional(
        Int32({
          maximum: 365,
          default: 7,
          description: 'Days until it was known what a payment turned out to be',
        }),
      ),
    },
    CLOSED,
  ),
  answers: { 202: FileImport },
  problems: [404, 409, 422],
});

export const listFileImports = operation({
  ...asked,
  id: 'listFileImports',
  method: 'GET',
  path: '/v1/file-imports',
  summary: 'Imports of files, newest first',
  answers: { 200: Component('FileImports', { imports: List(FileImport) }) },
});

export const getFileImport = operation({
  ...asked,
  id: 'getFileImport',
  method: 'GET',
  path: '/v1/file-imports/:id',
  summary: 'How far an import is, and what became of its rows',
  params: FileParams,
  answers: { 200: FileImport },
  problems: [404],
});

export const cancelFileImport = operation({
  ...asked,
  id: 'cancelFileImport',
  method: 'DELETE',
  path: '/v1/file-imports/:id',
  summary: 'End an import; what was decided until then stays',
  audits: ['ended an import of a file'],
  params: FileParams,
  answers: { 200: Component('FileImportCancelled', { id: Type.String(), cancelled: Type.Boolean() }) },
  problems: [404, 409],
});
