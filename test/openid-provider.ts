// An OpenID provider of our own for tests, whose people are who the test says, and the way of a browser through it.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import Provider from 'oidc-provider';
import { freePort } from '../src/stack/free-port.ts';
import { type DeskProcess, startDesk } from './desk-process.ts';

type Claims = Readonly<Record<string, unknown>>;
/** What the provider says of whoever comes, in the ID token and at userinfo: the same, where nothing else is said of that. */
export type Said = { readonly token: Claims; readonly userinfo?: Claims | 'broken' };

export type TestProvider = {
  readonly issuer: string;
  say(said: Said): void;
  /** Paths that were asked since the last time, with what the browser asked for at the first of them. */
  asked(): { readonly paths: readonly string[]; readonly scope: string | null };
  /** Where a configuration is that names another issuer than the tokens do. */
  readonly oddConfiguration: string;
  close(): void;
};

const CLAIMS = [
  'sub',
  'email',
  'email_verified',
  'name',
  'groups',
  'realm_access',
  'https://bank.example/groups',
];
const PATH = '/realm';

/** Lives under a path, as Keycloak's do: only there an issuer can have a slash too many. */
export async function startProvider(deskUrl: string): Promise<TestProvider> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const issuer = origin + PATH;
  let said: Said = { token: {} };
  let paths: string[] = [];
  let scope: string | null = null;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'goshawk', client_secret: 'a-secret', redirect_uris: [`${deskUrl}/v1/oidc/callback`] },
    ],
    conformIdTokenClaims: false,
    claims: { openid: CLAIMS, profile: [], email: [], teams: [] },
    scopes: ['openid', 'profile', 'email', 'teams'],
    cookies: { keys: ['for a test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async (use) => {
        const { token, userinfo } = said;
        return { sub: id, ...(use === 'id_token' || typeof userinfo !== 'object' ? token : userinfo) };
      },
    }),
  });
  const handle = provider.callback();
  const server = createServer(async (request: IncomingMessage & { originalUrl?: string }, response) => {
    const url = new URL(request.url ?? '/', origin);
    if (url.pathname === '/odd/.well-known/openid-configuration') {
      const known = await fetch(`${issuer}/.well-known/openid-configuration`);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          ...((await known.json()) as object),
          issuer: `${issuer}/`,
          authorization_response_iss_parameter_supported: false,
        }),
      );
      return;
    }
    paths.push(url.pathname.slice(PATH.length));
    if (url.pathname === `${PATH}/auth`) scope = url.searchParams.get('scope');
    const { userinfo } = said;
    if (url.pathname === `${PATH}/me` && (userinfo === 'broken' || userinfo?.sub !== undefined)) {
      // The library says no other subject than the right one.
      response.writeHead(userinfo === 'broken' ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(userinfo));
      return;
    }
    request.originalUrl = request.url;
    request.url = request.url?.slice(PATH.length);
    await handle(request, response);
  });
  await new Promise<void>((done) => server.listen(Number(new URL(origin).port), '127.0.0.1', done));
  return {
    issuer,
    oddConfiguration: `${origin}/odd/.well-known/openid-configuration`,
    say: (next) => {
      said = next;
    },
    asked() {
      const before = { paths, scope };
      paths = [];
      scope = null;
      return before;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A desk that takes people from a provider. */
export async function startOidcDesk(
  folder: string,
  deskUrl: string,
  settings: Readonly<Record<string, string>>,
): Promise<DeskProcess> {
  Object.assign(process.env, {
    OIDC_CLIENT_ID: 'goshawk',
    OIDC_CLIENT_SECRET: 'a-secret',
    OIDC_NAME: 'Bank ID',
    ...settings,
  });
  const started = startDesk(folder, ['--no-simulator', '--port', new URL(deskUrl).port]);
  for (const name of Object.keys(process.env)) if (name.startsWith('OIDC_')) delete process.env[name];
  return started;
}

export type CameIn = {
  /** The session; empty where nobody came in. */
  readonly cookie: string;
  /** The code of what the page says, or null. */
  readonly problem: string | null;
};

/**
 * Follows the way of a browser, with the cookies of each side; the development pages of the provider take any name. What the
 * provider sends the browser back to can be changed on the way.
 */
export async function comeIn(
  deskUrl: string,
  who: string,
  change: (callback: URL) => void = () => undefined,
): Promise<CameIn> {
  const jar = new Map<string, Map<string, string>>();
  let url = `${deskUrl}/v1/oidc/start`;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    const { origin } = new URL(url);
    const cookies = jar.get(origin) ?? new Map<string, string>();
    jar.set(origin, cookies);
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { body: form }),
    });
    form = undefined;
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location) {
      const next = new URL(location, url);
      if (next.pathname === '/v1/oidc/callback') change(next);
      url = next.href;
      if (next.origin === deskUrl && (next.pathname === '/overview' || next.pathname === '/sign-in')) {
        const session = cookies.get('goshawk_session');
        return {
          cookie: session ? `goshawk_session=${session}` : '',
          problem: next.searchParams.get('problem'),
        };
      }
      continue;
    }
    const page = await answer.text();
    const [, action] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
    assert.ok(action, `${answer.status} ${url} ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    const [, prompt] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
    form = new URLSearchParams({ prompt, login: who, password: 'any' });
  }
  throw new Error('the way in has no end');
}
