// The HTTP server: API, documents, live feed and dashboard behind one set of guards.
import type { FastifyInstance } from 'fastify';
import { guardRoutes } from './access/access.ts';
import { guardedServer, type ServerOptions } from './edge/guarded-server.ts';
import { limitReading } from './edge/reading-places.ts';
import { addDashboard, addDocuments } from './pages.ts';
import type { Monitor } from './pipeline/monitor.ts';
import { addRooms, type RoomsOptions } from './rooms.ts';
import { startWorks, type WorksOptions } from './works.ts';

export type AppOptions = ServerOptions & WorksOptions & RoomsOptions;

export type App = {
  readonly server: FastifyInstance;
  readonly monitor: Monitor;
  /** The path of the link that makes the first administrator; undefined where somebody can administer. */
  firstLink(): Promise<string | undefined>;
  /** Whether one must sign in: others can reach the desk, or somebody has an account. */
  signInNeeded(): Promise<boolean>;
  close(): Promise<void>;
};

export async function buildApp(options: AppOptions): Promise<App> {
  const { desk, version } = options;
  const app = await guardedServer(options, desk.cards);
  const access = await guardRoutes(app, {
    office: desk.office,
    clock: desk.clock,
    loginRequired: options.loginRequired,
    dataModel: () => desk.dataModel(),
  });
  limitReading(app);
  const works = await startWorks(options, (error) => app.log.error(error));
  await addRooms(app, options, access, works);
  await addDocuments(app, { version, dataModel: () => desk.dataModel(), whoIs: access.whoIs });
  await addDashboard(app);
  return {
    server: app,
    monitor: works.monitor,
    firstLink: access.firstLink,
    signInNeeded: access.signInNeeded,
    async close() {
      await works.stop();
      await options.backtester.close();
      await app.close();
    },
  };
}
