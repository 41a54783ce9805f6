// People at a desk, for tests: the first administrator by the link in the terminal, others by invitation.
import assert from 'node:assert/strict';
import { type Client, createClient } from '../src/client/client.ts';
import type { Role } from '../src/domain/access.ts';
import { OPERATIONS, placesOf } from '../src/protocol/operations.ts';
import type { DeskProcess } from './desk-process.ts';

/** Where a desk is, and what it printed. */
type Desk = Pick<DeskProcess, 'url' | 'output'>;

/** Sends what it is given, whatever that is, and gives all that comes back. */
type RawCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ status: number; body: Record<string, unknown>; headers: Headers }>;
/** Somebody at a desk; `client` calls operations by their names, for whoever reads the answers. */
export type Caller = RawCall & { readonly client: Client };

const PLACES = placesOf(OPERATIONS);
export const PASSWORD = 'correct horse battery';

/** Calls operations of a desk by their names, as whoever has these credentials; as nobody without. */
export const clientOf = (
  { url }: Pick<DeskProcess, 'url'>,
  credentials: Readonly<Record<string, string>> = {},
): Client => createClient({ places: PLACES, url, headers: { origin: url, ...credentials } });

/** Calls the desk as a browser of its own would, with what cookie it was given. */
export function caller(
  desk: Pick<DeskProcess, 'url'>,
  credentials: Readonly<Record<string, string>> = {},
): Caller {
  const send: RawCall = async (method, path, body, headers = {}) => {
    const answer = await fetch(desk.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(method !== 'GET' && { origin: desk.url }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...credentials,
        ...headers,
      },
      // A text is sent as it is: a file.
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    let parsed: Record<string, unknown> = {};
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = { text };
    }
    return { status: answer.status, body: parsed, headers: answer.headers };
  };
  return Object.assign(send, { client: clientOf(desk, credentials) });
}

export const cookieOf = (headers: Headers): string => (headers.get('set-cookie') ?? '').split(';')[0];

/** The path of the one-time link that a desk printed when it started. */
export function firstLink(desk: Desk): string {
  const [, path] = /http:\S+(\/welcome\?token=\S+)/.exec(desk.output()) ?? [];
  assert.ok(path, desk.output());
  return path;
}

const tokenOf = (path: string): string => new URL(path, 'http://desk').searchParams.get('token') ?? '';

/** The cookie of whoever comes in by a one-time link. */
async function cookieBy(desk: Desk, path: string, more: object): Promise<string> {
  const answer = await caller(desk)('POST', '/v1/welcome', {
    token: tokenOf(path),
    password: PASSWORD,
    ...more,
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return cookieOf(answer.headers);
}

export const firstCookie = (desk: Desk): Promise<string> =>
  cookieBy(desk, firstLink(desk), { id: 'ada@bank.example', name: 'Ada' });

export const firstAdministrator = async (desk: Desk): Promise<Caller> =>
  caller(desk, { cookie: await firstCookie(desk) });

export async function inviteCookie(
  desk: Desk,
  administrator: Caller,
  id: string,
  roles: readonly Role[],
): Promise<string> {
  const body = { id, name: `${id} by name`, roles: [...roles] };
  const { link } = await administrator.client.call('invitePerson', { body });
  return cookieBy(desk, link.path, {});
}

export const invite = async (...whom: Parameters<typeof inviteCookie>): Promise<Caller> =>
  caller(whom[0], { cookie: await inviteCookie(...whom) });
