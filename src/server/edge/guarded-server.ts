// The HTTP server before it has any routes: how much it takes, whom it answers, and what becomes of errors.
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { CardPolicy } from '../../domain/card-policy.ts';
import type { Boundary } from '../../ports/boundary.ts';
import { addTextFormats } from '../../protocol/fields.ts';
import { guardCards, LOG_WITHOUT_CARDS } from './card-edge.ts';
import { checkAnswers } from './check-answers.ts';
import { boundBodies, boundConnections, HTTP_BOUNDS } from './connection-bounds.ts';
import { answerError } from './error-answers.ts';
import { foreignRequest } from './guard.ts';
import { sendProblem } from './problem-details.ts';
import { keepAddresses, type Proxies } from './proxies.ts';
import { guardRequests } from './request-edge.ts';
import { answerUnread } from './unread-requests.ts';

const MAX_BODY_BYTES = 256 * 1024;
/** Of an id in a path: the longest is 200 characters, which may be two units each. */
const MAX_PARAMETER_CHARACTERS = 512;
/** Requests a second and address; an overload is refused before it reaches the engine. */
const REQUESTS_PER_SECOND = 2000;
const MAX_MESSAGE_BYTES = 4096;

export type ServerOptions = {
  /** Where errors end that no request waits for. */
  readonly boundary: Boundary;
  /** Names this desk is called by, besides the loopback ones. */
  readonly allowedHosts: ReadonlySet<string>;
  /** Others can reach the desk: nobody comes in without an account. */
  readonly loginRequired: boolean;
  /** Proxies in front, which say where a request comes from and by which protocol. */
  readonly proxies: Proxies | undefined;
  readonly logLevel: string;
};

/** Broken off, or no valid frames. */
const isOfClient = (error: NodeJS.ErrnoException): boolean => /^(WS_ERR_|ECONN|EPIPE)/.test(error.code ?? '');

const bareServer = ({ logLevel, proxies }: ServerOptions): FastifyInstance =>
  Fastify({
    logger: { level: logLevel, stream: LOG_WITHOUT_CARDS },
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    clientErrorHandler: answerUnread,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, error.statusCode ?? 400, 'Bad request', error.message.slice(0, 300));
    },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    trustProxy: proxies ?? false,
    http: HTTP_BOUNDS,
    keepAliveTimeout: HTTP_BOUNDS.keepAliveTimeout,
    // What is not of its type is refused, never made to fit: null is not false, and false is no title.
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, verbose: true },
      onCreate: addTextFormats,
    },
  });

function guard(app: FastifyInstance, options: ServerOptions, cards: CardPolicy): void {
  boundConnections(app.server, options.proxies !== undefined);
  app.setErrorHandler(answerError);
  boundBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    keepAddresses(request.raw.headers);
    const refused = foreignRequest(request.headers, options.allowedHosts, options.loginRequired);
    if (refused) return sendProblem(reply, 403, 'Forbidden', refused);
  });
  if (process.env.GOSHAWK_CHECK_ANSWERS) checkAnswers(app);
  guardRequests(app);
  guardCards(app, cards);
  // A refused upgrade is answered on a socket the HTTP server no longer counts as its own: left open, it
  // would keep the desk from stopping.
  app.addHook('onSend', async (request, reply) => {
    if (request.headers.upgrade !== undefined) {
      reply.raw.once('finish', () => request.raw.socket.destroySoon());
    }
  });
}

export async function guardedServer(options: ServerOptions, cards: CardPolicy): Promise<FastifyInstance> {
  const { boundary } = options;
  const app = bareServer(options);
  guard(app, options, cards);
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, { max: REQUESTS_PER_SECOND, timeWindow: 1000 });
  await app.register(websocket, {
    options: { maxPayload: MAX_MESSAGE_BYTES },
    errorHandler(error, socket) {
      // What a client sends or breaks off is its own affair: ws closes it with a code.
      if (isOfClient(error)) return;
      boundary.caught('feed', error);
      socket.close(1011, 'something went wrong here');
    },
  });
  return app;
}
