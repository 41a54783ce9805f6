// The catalogue: own fields, entities and features as a versioned document; what serves, the draft, and what a change would do.
import { type Static, Type } from 'typebox';
import { CATALOGUE_STATES } from '../domain/catalogue-version.ts';
import { CatalogueDocument, DataField, Places } from './catalogue-document.ts';
import { Identifier, Int32, Prose } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'data';
const CLOSED = { additionalProperties: false } as const;

const Seen = Nullable(
  Int32({
    minimum: 1,
    description:
      'The version of the draft that was seen, null where none was there: it is changed if it is the same',
  }),
);
const Note = Type.Optional(Prose(2000));
const VersionParams = Type.Object({ version: Int32({ description: '0 is the catalogue of the program' }) });

const FilledFrom = Component(
  'FilledFrom',
  {
    entity: Type.String(),
    features: List(Type.String()),
    offset: Nullable(
      Type.Integer({
        description:
          'The first record of the log that its history holds; null where partitions have one each',
      }),
    ),
    at: At(),
  },
  { description: 'A history that knows nothing of what was before' },
);
export type FilledFrom = Static<typeof FilledFrom>;

const VERSION = {
  version: Type.Integer({ description: '0 is the catalogue of the program' }),
  state: OneOf(CATALOGUE_STATES),
  catalogueHash: Type.String({ description: 'As decisions name it' }),
  author: Type.String(),
  note: Nullable(Type.String({ description: 'Null where it is hidden' })),
  createdAt: Nullable(At()),
  movedBy: Nullable(Type.String()),
  movedAt: Nullable(At()),
  servedAt: Nullable(At({ description: 'When it went live last' })),
  liveFrom: Nullable(
    Type.Integer({
      description: 'The first record of the log that it decided then; null where partitions have one each',
    }),
  ),
  problem: Nullable(Type.String({ description: 'Why it cannot be used, where a process found so' })),
  disabled: List(Type.String(), { description: 'Features that are switched off: their values are missing' }),
  filledFrom: List(FilledFrom),
};
export const CatalogueVersion = Component('CatalogueVersion', VERSION);
export type CatalogueVersion = Static<typeof CatalogueVersion>;

const CatalogueFeature = Component('CatalogueFeature', {
  name: Type.String(),
  hash: Type.String({ description: 'Of all that its value depends on' }),
  entity: Type.String({ description: 'Whose history it reads; transaction and category read none' }),
  own: Type.Boolean({ description: 'Declared by the document, and not of the program' }),
  unit: Nullable(Type.String({ description: 'Null where it is hidden' })),
  window: Nullable(Type.String({ description: 'Null where it has none', examples: ['7d'] })),
  description: Nullable(Type.String()),
  missing: Nullable(Type.String({ description: 'When it has no value' })),
  disabled: Type.Boolean(),
  meanMicros: Nullable(
    Type.Number({
      description: 'What it takes in this process, of one transaction in 64; null where it is not known',
    }),
  ),
  filledFrom: Nullable(FilledFrom),
  rules: List(Type.String(), { description: 'Live and shadow rules that read it' }),
  models: List(Type.String(), { description: 'Models in service that were trained on it' }),
});
export type CatalogueFeature = Static<typeof CatalogueFeature>;

const Catalogue = Component('Catalogue', {
  live: CatalogueVersion,
  draft: Nullable(CatalogueVersion),
  filling: Nullable(CatalogueVersion),
  versions: List(CatalogueVersion, { description: 'The newest, newest first' }),
  features: List(CatalogueFeature, { description: 'In service, in the order of a vector' }),
  fourEyes: Type.Boolean({ description: 'Whoever wrote a version may not put it live' }),
});
export type Catalogue = Static<typeof Catalogue>;

const DocumentChange = Component('DocumentChange', {
  part: OneOf(['field', 'entity', 'event', 'type', 'channel', 'feature']),
  name: Type.String(),
  change: OneOf(['added', 'removed', 'changed']),
  detail: Type.String({ description: 'What it is, or what of it is another' }),
});

export const CatalogueTouch = Component(
  'CatalogueTouch',
  {
    kind: OneOf(['rule', 'model']),
    name: Type.String({ description: 'The id of a rule, the version of a model' }),
    features: List(Type.String(), { description: 'That it reads and that are gone or changed' }),
    problem: Type.String({ description: 'Why the change cannot go live while it serves, and what to do' }),
  },
  { description: 'What in service a change would break' },
);
export type CatalogueTouch = Static<typeof CatalogueTouch>;

export const CatalogueCheck = Component(
  'CatalogueCheck',
  {
    ok: Type.Boolean({ description: 'It can be a draft' }),
    problems: Places,
    changes: List(DocumentChange, { description: 'Beside what serves now' }),
    newHistories: List(
      Component('NewHistory', {
        entity: Type.String(),
        features: List(Type.String()),
        filled: Type.Boolean({
          description: 'Whether what was before counts: it is filled with it before the version serves',
        }),
      }),
      { description: 'Histories that are not kept yet, and what reads them' },
    ),
    touched: List(CatalogueTouch, { description: 'What has to be changed before it can go live' }),
    features: Type.Integer({ description: 'How many it has' }),
    sentences: List(Type.Object({ name: Type.String(), text: Type.String() }), {
      description: 'What an analyst would read of own features, of an example value',
    }),
    catalogueHash: Nullable(Type.String()),
  },
  { description: 'What a document would change' },
);
export type CatalogueCheck = Static<typeof CatalogueCheck>;

const CatalogueFiled = Component('CatalogueFiled', { version: Type.Integer(), check: CatalogueCheck });

export const getCatalogue = operation({
  id: 'getCatalogue',
  method: 'GET',
  path: '/v1/catalogue',
  capability,
  summary: 'The catalogue in service, the draft, and the versions',
  description:
    'With each feature: whose history it reads, what it costs, which rules and models in service use it.',
  permission: 'read',
  answers: { 200: Catalogue },
});

export const getCatalogueVersion = operation({
  id: 'getCatalogueVersion',
  method: 'GET',
  path: '/v1/catalogue/versions/:version',
  capability,
  summary: 'A version with its document',
  permission: 'read',
  identifiers: true,
  params: VersionParams,
  answers: { 200: Component('CatalogueVersionDocument', { ...VERSION, document: CatalogueDocument }) },
  problems: [404],
});

export const checkCatalogue = operation({
  id: 'checkCatalogue',
  method: 'POST',
  path: '/v1/catalogue/check',
  capability,
  summary: 'Check a document, and say what it would change; nothing is kept',
  permission: 'read',
  identifiers: true,
  repeatable: true,
  body: Type.Object({ document: CatalogueDocument }, CLOSED),
  answers: { 200: CatalogueCheck },
});

export const writeCatalogueDraft = operation({
  id: 'writeCatalogueDraft',
  method: 'PUT',
  path: '/v1/catalogue/draft',
  capability,
  summary: 'Write the draft',
  description:
    'The document is taken whole or not at all; each problem is told with its place. A draft that is written anew is the next version.',
  permission: 'edit_data',
  identifiers: true,
  audits: ['wrote a catalogue draft'],
  body: Type.Object({ document: CatalogueDocument, seen: Seen, note: Note }, CLOSED),
  answers: { 200: CatalogueFiled },
  problems: [409],
});

export const discardCatalogueDraft = operation({
  id: 'discardCatalogueDraft',
  method: 'DELETE',
  path: '/v1/catalogue/draft',
  capability,
  summary: 'Discard the draft',
  permission: 'edit_data',
  audits: ['discarded a catalogue draft'],
  query: Type.Object({ seen: Int32({ minimum: 1, description: 'The version that was seen' }) }, CLOSED),
  answers: { 200: Component('CatalogueDiscarded', { version: Type.Integer(), discarded: Type.Boolean() }) },
  problems: [409],
});

export const beginCatalogueDraft = operation({
  id: 'beginCatalogueDraft',
  method: 'POST',
  path: '/v1/catalogue/versions/:version/draft',
  capability,
  summary: 'Make the draft of a version that was: the way back',
  permission: 'edit_data',
  identifiers: true,
  audits: ['wrote a catalogue draft'],
  params: VersionParams,
  body: Type.Object({ seen: Seen, note: Note }, CLOSED),
  answers: { 200: CatalogueFiled },
  problems: [404, 409],
});

export const adoptField = operation({
  id: 'adoptField',
  method: 'POST',
  path: '/v1/catalogue/draft/fields',
  capability,
  summary: 'Declare a field in the draft, such as one that was observed',
  description: 'The draft begins as what serves where there is none.',
  permission: 'edit_data',
  identifiers: true,
  audits: ['declared a field'],
  body: Type.Object({ field: DataField, seen: Seen }, CLOSED),
  answers: { 200: CatalogueFiled },
  problems: [409],
});

const CatalogueFilling = Component(
  'CatalogueFilling',
  {
    version: Type.Integer(),
    step: OneOf(['replaying', 'changing'], {
      description: 'changing: what was filled is being taken over, and cannot be ended any more',
    }),
    records: Type.Integer({ description: 'Of the log, gone through' }),
    of: Type.Integer({ description: 'How many there are by now' }),
    perSecond: Type.Integer(),
    remainingSeconds: Nullable(Type.Integer({ description: 'Null while nobody can say' })),
    startedAt: At(),
  },
  { description: 'How far a version is that is filled with what was before it serves' },
);
export type CatalogueFilling = Static<typeof CatalogueFilling>;

export const getCatalogueFilling = operation({
  id: 'getCatalogueFilling',
  method: 'GET',
  path: '/v1/catalogue/move',
  capability,
  summary: 'How far the version is that is being filled',
  permission: 'read',
  answers: {
    200: Component('CatalogueFillingNow', {
      filling: Nullable(CatalogueFilling),
      live: Type.Integer({ description: 'The version that serves' }),
    }),
  },
});

export const cancelCatalogueFilling = operation({
  id: 'cancelCatalogueFilling',
  method: 'DELETE',
  path: '/v1/catalogue/move',
  capability,
  summary: 'End the filling of a version',
  description: 'What serves goes on. The version is a draft again, or retired where there is another draft.',
  permission: 'approve_data',
  audits: ['ended the filling of a catalogue'],
  query: Type.Object({ version: Int32({ minimum: 1, description: 'That is being filled' }) }, CLOSED),
  answers: { 200: Component('CatalogueFillingEnded', { version: Type.Integer() }) },
  problems: [409],
});

export const moveCatalogue = operation({
  id: 'moveCatalogue',
  method: 'POST',
  path: '/v1/catalogue/move',
  capability,
  summary: 'Put the draft into service',
  description:
    'Histories and values of new features are filled with what was before, beside decisions; then it decides from the next batch on, ' +
    'without a restart. What takes longer than two seconds is answered as filling, and goes on: GET /v1/catalogue/move. Refused while rules or models in service need what would be gone or ' +
    'changed; each is named. Where two people are asked for, by somebody else than who wrote it.',
  permission: 'approve_data',
  audits: ['moved a catalogue'],
  body: Type.Object(
    {
      version: Int32({ minimum: 1, description: 'The draft as it was seen' }),
      state: OneOf(['live']),
      note: Note,
    },
    CLOSED,
  ),
  answers: {
    200: Component('CatalogueMoved', {
      version: Type.Integer(),
      state: OneOf(CATALOGUE_STATES),
      catalogueHash: Type.String({ description: 'Of what serves in this process now' }),
      filledFrom: List(FilledFrom, {
        description: 'Histories that begin now: what was before counts in none of them',
      }),
      filling: Nullable(CatalogueFilling),
    }),
  },
  problems: [404, 409],
});

export const switchFeature = operation({
  id: 'switchFeature',
  method: 'PUT',
  path: '/v1/catalogue/features/:name',
  capability,
  summary: 'Switch a feature off or on, without a restart',
  description: 'One that is off has no value; its history is kept.',
  permission: 'approve_data',
  audits: ['switched a feature'],
  params: Type.Object({ name: Identifier(64) }),
  body: Type.Object({ on: Type.Boolean(), note: Note }, CLOSED),
  answers: { 200: Component('FeatureSwitched', { name: Type.String(), on: Type.Boolean() }) },
  problems: [404, 409],
});
