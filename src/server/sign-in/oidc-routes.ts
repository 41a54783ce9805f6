// Sign-in by an OpenID provider over HTTP: the way there, and the way back.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { finishProviderSignIn, startProviderSignIn } from '../../protocol/sign-in.ts';
import { serve } from '../edge/serve.ts';
import type { Door } from './door.ts';
import { oidcPeople, type WayBack } from './oidc-people.ts';
import { createProvider, type Flow, type Provider } from './oidc-provider.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { troubleOf } from './oidc-trouble.ts';

const FLOW_COOKIE = 'goshawk_oidc';
const FLOW_PATH = '/v1/oidc';
const FLOW_SECONDS = 600;
const LOCAL_NAME = /^[a-z0-9.-]+$/i;
const rateLimit = { max: 60, timeWindow: 60_000 };

function ownUrl(request: FastifyRequest, { publicUrl }: OidcSettings): string {
  if (publicUrl) return publicUrl.replace(/\/$/, '');
  const { host } = request;
  if (!LOCAL_NAME.test(host.replace(/:\d+$/, ''))) throw new Error(`"${host}" is no host name`);
  return `${request.protocol}://${host}`;
}

/** Back to the page, which says what happened. */
const back = (reply: FastifyReply, problem: WayBack): FastifyReply =>
  reply.redirect(`/sign-in?problem=${problem}`);

function keepFlow(request: FastifyRequest, reply: FastifyReply, { state, nonce, verifier }: Flow): void {
  reply.setCookie(FLOW_COOKIE, [state, nonce, verifier].join('.'), {
    path: FLOW_PATH,
    httpOnly: true,
    // The provider sends the browser back from another site.
    sameSite: 'lax',
    secure: request.protocol === 'https',
    maxAge: FLOW_SECONDS,
  });
}

function takeFlow(request: FastifyRequest, reply: FastifyReply): Flow | undefined {
  const [state, nonce, verifier] = (request.cookies[FLOW_COOKIE] ?? '').split('.');
  reply.clearCookie(FLOW_COOKIE, { path: FLOW_PATH });
  return state && nonce && verifier ? { state, nonce, verifier } : undefined;
}

async function leave(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: OidcSettings,
  provider: Provider,
): Promise<FastifyReply> {
  const config = await provider.configuration(request.log);
  if ('problem' in config) return back(reply, config.problem);
  try {
    const { url, flow } = await provider.wayThere(config, ownUrl(request, settings));
    keepFlow(request, reply, flow);
    return reply.redirect(url);
  } catch (error) {
    request.log.error(error);
    return back(reply, 'failed');
  }
}

async function comeBack(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: OidcSettings,
  provider: Provider,
  personOf: ReturnType<typeof oidcPeople>,
  { sessions }: Door,
): Promise<FastifyReply> {
  const flow = takeFlow(request, reply);
  if (!flow) return back(reply, 'took-too-long');
  const config = await provider.configuration(request.log);
  if ('problem' in config) return back(reply, config.problem);
  try {
    const address = new URL(request.url, ownUrl(request, settings));
    const found = await provider.identity(config, address, flow, request.log);
    if (!found) return back(reply, 'no-identity');
    const person = await personOf(found.subject, found.identity, request.log);
    if ('refused' in person) return back(reply, person.refused);
    await sessions.admit(request, reply, person.user, settings.name);
    return person.say ? back(reply, person.say) : reply.redirect('/overview');
  } catch (error) {
    const { code, text } = troubleOf(error, settings);
    // Of what has no words of its own, where it happened is worth a line, too.
    request.log.error(code === 'failed' ? { err: error } : {}, text);
    return back(reply, code);
  }
}

export function oidcRoutes(app: FastifyInstance, settings: OidcSettings, door: Door): void {
  const { office, clock, access } = door;
  const personOf = oidcPeople(settings, office, clock, access);
  const provider = createProvider(settings);

  serve(app, startProviderSignIn, (request, reply) => leave(request, reply, settings, provider), {
    rateLimit,
  });

  serve(
    app,
    finishProviderSignIn,
    (request, reply) => comeBack(request, reply, settings, provider, personOf, door),
    { rateLimit },
  );
}
