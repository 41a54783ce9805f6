// The HTTP server: API, documents, live feed and dashboard behind one set of guards.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Backtester } from '../ports/backtester.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Desk } from '../ports/desk.ts';
import type { ModelTrial } from '../ports/model-trial.ts';
import type { Restarts } from '../ports/restarts.ts';
import type { Retrainer } from '../ports/retrainer.ts';
import type { Simulation } from '../ports/simulation.ts';
import { openApiDocument } from '../protocol/document.ts';
import { addTextFormats } from '../protocol/fields.ts';
import { OPERATIONS } from '../protocol/operations.ts';
import { guardRoutes } from './access/access.ts';
import { alertRoutes } from './alerts/alert-routes.ts';
import { attachmentRoutes } from './alerts/attachment-routes.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { caseRoutes } from './cases/case-routes.ts';
import { bulkRoute } from './decisions/bulk-route.ts';
import { intakeRoutes } from './decisions/decide-route.ts';
import { docsPage } from './docs-page.ts';
import { guardCards, LOG_WITHOUT_CARDS } from './edge/card-edge.ts';
import { checkAnswers } from './edge/check-answers.ts';
import { boundBodies, boundConnections, HTTP_BOUNDS } from './edge/connection-bounds.ts';
import { answerError } from './edge/error-answers.ts';
import { foreignRequest } from './edge/guard.ts';
import { sendProblem } from './edge/problem-details.ts';
import { keepAddresses, type Proxies } from './edge/proxies.ts';
import { limitReading } from './edge/reading-places.ts';
import { guardRequests } from './edge/request-edge.ts';
import { answerUnread } from './edge/unread-requests.ts';
import { createFeed } from './feed/feed.ts';
import { feedRoute } from './feed/feed-route.ts';
import { startLabelRelay } from './labels/label-relay.ts';
import { labelRoutes } from './labels/label-routes.ts';
import { linkRoutes } from './links/link-routes.ts';
import { importRoutes } from './lists/import-routes.ts';
import { listRoutes } from './lists/list-routes.ts';
import { watchDrift } from './models/drift-watch.ts';
import { createModelReviews } from './models/model-reviews.ts';
import { modelRoutes } from './models/model-routes.ts';
import { pastScorers } from './models/past-scorers.ts';
import { channelRoutes } from './notifications/channel-routes.ts';
import type { MailSettings } from './notifications/mail.ts';
import { startNotifier } from './notifications/notifier.ts';
import type { Targets } from './notifications/webhook-targets.ts';
import { keyRoutes } from './people/key-routes.ts';
import { peopleRoutes } from './people/people-routes.ts';
import { keepDeadLetters } from './pipeline/dead-letter-keeper.ts';
import { deadLetterRoutes } from './pipeline/dead-letter-routes.ts';
import { healthRoutes } from './pipeline/health-routes.ts';
import { metricsRoute } from './pipeline/metrics.ts';
import { type Monitor, startMonitor } from './pipeline/monitor.ts';
import type { ProducerState } from './pipeline/part-health.ts';
import { rateRoutes } from './rates/rate-routes.ts';
import { ruleRoutes } from './rules/rule-routes.ts';
import { settingsRoutes } from './settings/settings-routes.ts';
import { createDoor } from './sign-in/door.ts';
import { oidcRoutes } from './sign-in/oidc-routes.ts';
import type { OidcSettings } from './sign-in/oidc-settings.ts';
import { signInRoutes } from './sign-in/sign-in-routes.ts';
import { simulatorRoutes } from './simulator/simulator-routes.ts';
import { createPeerGroups } from './transactions/peer-groups.ts';
import { transactionRoutes } from './transactions/transaction-routes.ts';
import { viewRoutes } from './views/view-routes.ts';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url));
const MAX_BODY_BYTES = 256 * 1024;
/** Of an id in a path: the longest is 200 characters, which may be two units each. */
const MAX_PARAMETER_CHARACTERS = 512;
/** Requests a second and address; an overload is refused before it reaches the engine. */
const REQUESTS_PER_SECOND = 2000;

export type AppOptions = {
  /** Where errors end that no request waits for. */
  readonly boundary: Boundary;
  /** Of this process: how often it was started again, and why. */
  readonly restarts: Restarts;
  readonly desk: Desk;
  readonly version: string;
  readonly producer: () => ProducerState;
  readonly simulation: () => Simulation | undefined;
  readonly maturityMs: number;
  readonly retrainer: Retrainer;
  readonly backtester: Backtester;
  readonly modelTrial: ModelTrial;
  /** Names this desk is called by, besides the loopback ones. */
  readonly allowedHosts: ReadonlySet<string>;
  /** Others can reach the desk: nobody comes in without an account. */
  readonly loginRequired: boolean;
  /** Proxies in front, which say where a request comes from and by which protocol. */
  readonly proxies: Proxies | undefined;
  readonly oidc: OidcSettings | undefined;
  readonly mail: MailSettings | undefined;
  /** Where webhooks may go. */
  readonly targets: Targets;
  readonly logLevel: string;
};

export type App = {
  readonly server: FastifyInstance;
  readonly monitor: Monitor;
  /** The path of the link that makes the first administrator; undefined where somebody can administer. */
  firstLink(): Promise<string | undefined>;
  /** Whether one must sign in: others can reach the desk, or somebody has an account. */
  signInNeeded(): Promise<boolean>;
  close(): Promise<void>;
};

/** Broken off, or no valid frames. */
const isOfClient = (error: NodeJS.ErrnoException): boolean => /^(WS_ERR_|ECONN|EPIPE)/.test(error.code ?? '');

export async function buildApp(options: AppOptions): Promise<App> {
  const { desk, boundary } = options;
  const app = Fastify({
    logger: { level: options.logLevel, stream: LOG_WITHOUT_CARDS },
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    clientErrorHandler: answerUnread,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, error.statusCode ?? 400, 'Bad request', error.message.slice(0, 300));
    },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    trustProxy: options.proxies ?? false,
    http: HTTP_BOUNDS,
    keepAliveTimeout: HTTP_BOUNDS.keepAliveTimeout,
    // What is not of its type is refused, never made to fit: null is not false, and false is no title.
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, verbose: true },
      onCreate: addTextFormats,
    },
  });
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
  guardCards(app, desk.cards);
  // A refused upgrade is answered on a socket the HTTP server no longer counts as its own: left open, it
  // would keep the desk from stopping.
  app.addHook('onSend', async (request, reply) => {
    if (request.headers.upgrade !== undefined) {
      reply.raw.once('finish', () => request.raw.socket.destroySoon());
    }
  });
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
    options: { maxPayload: 4096 },
    errorHandler(error, socket) {
      // What a client sends or breaks off is its own affair: ws closes it with a code.
      if (isOfClient(error)) return;
      boundary.caught('feed', error);
      socket.close(1011, 'something went wrong here');
    },
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Goshawk',
        version: options.version,
        description: 'Real-time fraud detection: a transaction in, a decision with its reasons out.',
      },
    },
  });
  const access = await guardRoutes(app, {
    office: desk.office,
    clock: desk.clock,
    loginRequired: options.loginRequired,
  });
  limitReading(app);
  const feed = createFeed(desk, options.version, boundary);
  const scorerOf = pastScorers(desk);
  const reviews = createModelReviews(desk, scorerOf, options.modelTrial, options.maturityMs);
  const drift = watchDrift(reviews, boundary);
  const monitor = await startMonitor({
    desk,
    boundary,
    restarts: options.restarts,
    producer: options.producer,
    feed: feed.state,
    maturityMs: options.maturityMs,
    driftAlarms: drift.alarms,
  });
  feed.attach(monitor);
  let trouble = '';
  /** The same trouble is told once, not every second. */
  const tell = (error: Error): void => {
    if (error.message !== trouble) app.log.error(error);
    trouble = error.message;
  };
  const notifier = startNotifier(
    desk.office.notifications,
    desk.clock,
    options.mail,
    options.oidc?.publicUrl,
    options.targets,
    tell,
    boundary,
  );
  const relay = startLabelRelay(desk, tell, boundary);
  const peers = createPeerGroups(desk, tell);
  const deadLetters = keepDeadLetters(desk, tell, boundary);
  const door = createDoor(desk.office, desk.clock, access);

  await app.register(async (scope) => {
    signInRoutes(scope, door, options.oidc?.name);
    if (options.oidc) oidcRoutes(scope, options.oidc, door);
    peopleRoutes(scope, desk.office, desk.clock, access);
    keyRoutes(scope, desk.office, desk.clock, access);
    auditRoutes(scope, desk.office.audit);
    settingsRoutes(scope, desk);
  });
  await app.register(async (scope) => intakeRoutes(scope, desk));
  await app.register(async (scope) => labelRoutes(scope, desk, relay, boundary));
  await app.register(async (scope) => bulkRoute(scope, desk, boundary));
  await app.register(async (scope) => transactionRoutes(scope, desk, scorerOf, peers));
  await app.register(async (scope) => healthRoutes(scope, desk, monitor));
  await app.register(async (scope) => deadLetterRoutes(scope, desk));
  await app.register(async (scope) => alertRoutes(scope, desk, relay, feed));
  await app.register(async (scope) => attachmentRoutes(scope, desk, feed));
  await app.register(async (scope) => ruleRoutes(scope, desk, options.backtester));
  await app.register(async (scope) => listRoutes(scope, desk));
  await app.register(async (scope) => importRoutes(scope, desk));
  await app.register(async (scope) => rateRoutes(scope, desk));
  await app.register(async (scope) => caseRoutes(scope, desk));
  await app.register(async (scope) => channelRoutes(scope, desk, notifier, options.targets));
  await app.register(async (scope) => simulatorRoutes(scope, desk, options.simulation));
  await app.register(async (scope) => linkRoutes(scope, desk));
  await app.register(async (scope) => viewRoutes(scope, desk.office));
  await app.register(async (scope) =>
    modelRoutes(scope, {
      desk,
      scorerOf,
      reviews,
      trial: options.modelTrial,
      retrainer: options.retrainer,
      maturityMs: options.maturityMs,
    }),
  );
  await app.register(async (scope) => metricsRoute(scope, desk, monitor, drift));
  await app.register(async (scope) => feedRoute(scope, feed, access));
  await app.register(async (scope) => {
    /** Routes whose operations are not drawn up yet are described by their schemas. */
    const document = (): object => {
      const drawn = openApiDocument(OPERATIONS, options.version);
      const paths = { ...app.swagger().paths } as Record<string, object>;
      for (const [path, methods] of Object.entries(drawn.paths as Record<string, object>))
        paths[path] = { ...paths[path], ...methods };
      return { ...drawn, paths };
    };
    scope.get('/openapi.json', { schema: { hide: true } }, async () => document());
    scope.get('/docs', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/html').send(docsPage(document())),
    );
  });
  if (existsSync(DASHBOARD)) {
    await app.register(fastifyStatic, { root: DASHBOARD, maxAge: '1h', immutable: false });
    app.setNotFoundHandler((request, reply) => {
      const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
      if (wantsPage && !request.url.startsWith('/v1/')) return reply.sendFile('index.html', { maxAge: 0 });
      return sendProblem(reply, 404, 'Not found', `There is nothing at ${request.url.slice(0, 200)}.`);
    });
  } else {
    app.setNotFoundHandler((request, reply) =>
      sendProblem(reply, 404, 'Not found', `There is nothing at ${request.url.slice(0, 200)}.`),
    );
  }
  return {
    server: app,
    monitor,
    firstLink: access.firstLink,
    signInNeeded: access.signInNeeded,
    async close() {
      monitor.stop();
      relay.stop();
      deadLetters.stop();
      await notifier.stop();
      await options.backtester.close();
      drift.stop();
      feed.close();
      await app.close();
    },
  };
}
