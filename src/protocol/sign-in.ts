// Coming in and going out: sign-in, one-time links, passwords, and sign-in by an OpenID provider.
import { type Static, Type } from 'typebox';
import { PERMISSIONS } from '../domain/access.ts';
import { Identifier, Line, Secret } from './fields.ts';
import { Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'sign-in';

export const MAX_PASSWORD = 200;

const Id = Identifier(200, { description: 'E-mail address or short name' });
const Password = Secret(MAX_PASSWORD);

export const Me = Component('Me', {
  signInNeeded: Type.Boolean(),
  oidc: Nullable(Type.String({ description: 'Name of the OpenID provider, where there is one' })),
  actor: Nullable(
    Type.Object({
      kind: OneOf(['person', 'key', 'local']),
      id: Type.String(),
      name: Type.String(),
      permissions: List(OneOf(PERMISSIONS)),
    }),
  ),
});
export type Me = Static<typeof Me>;

export const SignedIn = Component('SignedIn', { id: Type.String(), name: Type.String() });

export const OneTimeLink = Component('OneTimeLink', {
  first: Type.Boolean({ description: 'It makes the first administrator, and is for nobody yet' }),
  id: Nullable(Type.String()),
  name: Nullable(Type.String()),
});
export type OneTimeLink = Static<typeof OneTimeLink>;

export const getMe = operation({
  id: 'getMe',
  method: 'GET',
  path: '/v1/me',
  capability,
  summary: 'Who is signed in, and may do what',
  permission: 'anyone',
  answers: { 200: Me },
});

export const signIn = operation({
  id: 'signIn',
  method: 'POST',
  path: '/v1/sign-in',
  capability,
  summary: 'Sign in with a password',
  description:
    'Answers with a session in a cookie. Five wrong tries from one place lock it for this name for a while.',
  permission: 'anyone',
  audits: ['signed in', 'failed to sign in', 'was locked out'],
  body: Type.Object({ id: Id, password: Password }, { additionalProperties: false }),
  answers: { 200: SignedIn },
});

export const signOut = operation({
  id: 'signOut',
  method: 'POST',
  path: '/v1/sign-out',
  capability,
  summary: 'End this session',
  permission: 'anyone',
  audits: ['signed out'],
  answers: { 200: Component('SignedOut', { signedOut: Type.Boolean() }) },
});

export const getOneTimeLink = operation({
  id: 'getOneTimeLink',
  method: 'GET',
  path: '/v1/welcome',
  capability,
  summary: 'Whom a one-time link is for',
  permission: 'anyone',
  query: Type.Object({ token: Identifier(100) }, { additionalProperties: false }),
  answers: { 200: OneTimeLink },
  problems: [404],
});

export const useOneTimeLink = operation({
  id: 'useOneTimeLink',
  method: 'POST',
  path: '/v1/welcome',
  capability,
  summary: 'Use a one-time link: set a password and sign in',
  description: 'The first link, in the terminal of the desk, makes the first administrator.',
  permission: 'anyone',
  audits: ['became the first administrator', 'set a password by link', 'signed in'],
  body: Type.Object(
    {
      token: Identifier(100),
      id: Type.Optional(Id),
      name: Type.Optional(Line(100)),
      password: Password,
    },
    { additionalProperties: false },
  ),
  answers: { 200: SignedIn },
  problems: [404],
});

export const changePassword = operation({
  id: 'changePassword',
  method: 'POST',
  path: '/v1/password',
  capability,
  summary: 'Change one’s own password',
  description: 'Ends every session of the person, this one too.',
  permission: 'read',
  audits: ['changed the password', 'failed to sign in', 'was locked out'],
  body: Type.Object({ current: Password, next: Password }, { additionalProperties: false }),
  answers: { 200: Component('ChangedPassword', { changed: Type.Boolean() }) },
  problems: [409],
});

export const startProviderSignIn = operation({
  id: 'startProviderSignIn',
  method: 'GET',
  path: '/v1/oidc/start',
  capability,
  summary: 'Sign in by the OpenID provider',
  description: 'For browsers: leads to the provider. Not there where the desk was told of no provider.',
  permission: 'anyone',
  answers: { 302: Type.Never() },
  problems: [404],
});

export const finishProviderSignIn = operation({
  id: 'finishProviderSignIn',
  method: 'GET',
  path: '/v1/oidc/callback',
  capability,
  summary: 'Where the OpenID provider sends the browser back to',
  description:
    'Starts a session and leads to the desk, or to the sign-in, which says what stood in the way. Not there where the desk was told of no provider.',
  permission: 'anyone',
  audits: ['signed in', 'joined by a provider', 'linked to a provider', 'changed roles', 'kept roles'],
  answers: { 302: Type.Never() },
  problems: [404],
});
