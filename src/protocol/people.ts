// People who have an account, what they may do, and the keys of services.
import { type Static, Type } from 'typebox';
import { KEY_PERMISSIONS, PERMISSIONS, ROLES } from '../domain/access.ts';
import { Identifier, Line } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'people';

export const Person = Component('Person', {
  id: Type.String({ description: 'What they sign in with: an e-mail address or a short name' }),
  name: Type.String(),
  roles: List(OneOf(ROLES)),
  disabled: Type.Boolean({ description: 'Shut out' }),
  hasPassword: Type.Boolean(),
  canSignIn: Type.Boolean({
    description: 'Has a password, or came in by a provider, and is not shut out',
  }),
  createdAt: At(),
  lastSignInAt: Nullable(At()),
});
export type Person = Static<typeof Person>;

export const PersonLink = Component('PersonLink', {
  id: Type.String(),
  link: Type.Object(
    { path: Type.String({ examples: ['/welcome?token=…'] }), expiresAt: At() },
    { description: 'Opens once; it is shown this once' },
  ),
});
export type PersonLink = Static<typeof PersonLink>;

export const ApiKey = Component('ApiKey', {
  id: Type.String(),
  name: Type.String(),
  permissions: List(OneOf(PERMISSIONS)),
  createdBy: Type.String(),
  ownerId: Type.Optional(
    Type.String({
      description: 'Who answers for what it does; absent for one made before anybody had an account',
    }),
  ),
  createdAt: At(),
  expiresAt: Nullable(At()),
  lastUsedAt: Nullable(At()),
  revoked: Type.Boolean(),
});
export type ApiKey = Static<typeof ApiKey>;

const Roles = Type.Array(OneOf(ROLES), { minItems: 1, maxItems: ROLES.length, uniqueItems: true });
const IdParams = Type.Object({ id: Identifier(200) });

const common = { capability, permission: 'administer' } as const;

export const listPeople = operation({
  ...common,
  id: 'listPeople',
  method: 'GET',
  path: '/v1/people',
  summary: 'Everybody who has an account',
  answers: { 200: Component('People', { people: List(Person) }) },
});

export const invitePerson = operation({
  ...common,
  id: 'invitePerson',
  method: 'POST',
  path: '/v1/people',
  summary: 'Invite somebody',
  description: 'Answers with a one-time link, valid for three days, by which they set a password.',
  audits: ['invited'],
  body: Type.Object({ id: Identifier(200), name: Line(100), roles: Roles }, { additionalProperties: false }),
  answers: { 201: PersonLink },
  problems: [409],
});

export const makePersonLink = operation({
  ...common,
  id: 'makePersonLink',
  method: 'POST',
  path: '/v1/people/:id/link',
  summary: 'A new one-time link, to set a password anew',
  audits: ['made a link'],
  params: IdParams,
  answers: { 200: PersonLink },
  problems: [404],
});

export const changeRoles = operation({
  ...common,
  id: 'changeRoles',
  method: 'PUT',
  path: '/v1/people/:id/roles',
  summary: 'Change what somebody may do',
  audits: ['changed roles'],
  params: IdParams,
  body: Type.Object({ roles: Roles }, { additionalProperties: false }),
  answers: { 200: Component('ChangedRoles', { id: Type.String(), roles: List(OneOf(ROLES)) }) },
  problems: [404, 409],
});

export const shutOutPerson = operation({
  ...common,
  id: 'shutOutPerson',
  method: 'PUT',
  path: '/v1/people/:id/disabled',
  summary: 'Shut somebody out, or let them in again',
  audits: ['shut out', 'let in again'],
  params: IdParams,
  body: Type.Object({ disabled: Type.Boolean() }, { additionalProperties: false }),
  answers: { 200: Component('ShutOut', { id: Type.String(), disabled: Type.Boolean() }) },
  problems: [404, 409],
});

export const listKeys = operation({
  ...common,
  id: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  summary: 'API keys, without their secrets',
  answers: { 200: Component('ApiKeys', { keys: List(ApiKey) }) },
});

export const makeKey = operation({
  ...common,
  id: 'makeKey',
  method: 'POST',
  path: '/v1/keys',
  summary: 'Make an API key for a service',
  description: 'The key is shown this once; only its hash is kept.',
  audits: ['made a key'],
  body: Type.Object(
    {
      name: Line(100),
      permissions: Type.Array(OneOf(KEY_PERMISSIONS), {
        minItems: 1,
        maxItems: KEY_PERMISSIONS.length,
        uniqueItems: true,
      }),
      expiresInDays: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 3650, description: 'Never where absent' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: {
    201: Component('NewApiKey', {
      id: Type.String(),
      key: Type.String({ examples: ['gk_…'] }),
      expiresAt: Nullable(At()),
    }),
  },
});

export const revokeKey = operation({
  ...common,
  id: 'revokeKey',
  method: 'DELETE',
  path: '/v1/keys/:id',
  summary: 'Make a key worthless',
  audits: ['revoked a key'],
  params: IdParams,
  answers: { 200: Component('RevokedKey', { id: Type.String(), revoked: Type.Boolean() }) },
  problems: [404],
});
