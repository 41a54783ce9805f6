// What is kept of people: their accounts, sign-ins, links and keys; each change and its audit line are one transaction.
import type { People } from '../../ports/office/people.ts';
import { createAccounts } from './accounts.ts';
import { createApiKeys } from './api-keys.ts';
import { createOneTimeLinks } from './one-time-links.ts';
import type { SqlSession } from './session.ts';
import { createSignIns } from './sign-ins.ts';

export const PEOPLE_TABLES: readonly string[] = [
  `create table users (
    id text primary key, name text not null, roles text not null, password_hash text, oidc_subject text unique,
    disabled boolean not null default false, created_at timestamptz not null, last_sign_in_at timestamptz,
    failures integer not null default 0, locked_until timestamptz)`,
  `create table sessions (
    token_hash text primary key, user_id text not null references users, created_at timestamptz not null,
    last_used_at timestamptz not null)`,
  'create index sessions_user on sessions (user_id)',
  `create table one_time_links (
    token_hash text primary key, user_id text references users, expires_at timestamptz not null,
    used boolean not null default false)`,
  `create table api_keys (
    id text primary key, name text not null, secret_hash text not null, permissions text not null,
    created_by text not null, created_at timestamptz not null, expires_at timestamptz,
    last_used_at timestamptz, revoked boolean not null default false)`,
];

/** People in a database. */
export const createPeople = (session: SqlSession): People => ({
  ...createAccounts(session),
  ...createSignIns(session),
  ...createOneTimeLinks(session),
  ...createApiKeys(session),
});
