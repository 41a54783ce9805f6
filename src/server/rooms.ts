// Every room of the API and what it works with.
import type { FastifyInstance } from 'fastify';
import type { Backtester } from '../ports/backtester.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Desk } from '../ports/desk.ts';
import type { FeaturePreviewer } from '../ports/feature-preview.ts';
import type { FileImporter } from '../ports/file-importer.ts';
import type { ModelTrial } from '../ports/model-trial.ts';
import type { Retrainer } from '../ports/retrainer.ts';
import type { Simulation } from '../ports/simulation.ts';
import type { Access } from './access/access.ts';
import { alertRoutes } from './alerts/alert-routes.ts';
import { attachmentRoutes } from './alerts/attachment-routes.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { caseRoutes } from './cases/case-routes.ts';
import { catalogueRoutes } from './data/catalogue-routes.ts';
import { observedFieldRoutes } from './data/observed-field-routes.ts';
import { bulkRoute } from './decisions/bulk-route.ts';
import { intakeRoutes } from './decisions/decide-route.ts';
import { eventIntake, eventRoutes } from './events/event-routes.ts';
import { feedRoute } from './feed/feed-route.ts';
import { fileImportRoutes } from './file-imports/file-import-routes.ts';
import { labelRoutes } from './labels/label-routes.ts';
import { linkRoutes } from './links/link-routes.ts';
import { importRoutes } from './lists/import-routes.ts';
import { listRoutes } from './lists/list-routes.ts';
import { modelRoutes } from './models/model-routes.ts';
import { channelRoutes } from './notifications/channel-routes.ts';
import type { Targets } from './notifications/webhook-targets.ts';
import { keyRoutes } from './people/key-routes.ts';
import { peopleRoutes } from './people/people-routes.ts';
import { deadLetterRoutes } from './pipeline/dead-letter-routes.ts';
import { healthRoutes } from './pipeline/health-routes.ts';
import { metricsRoute } from './pipeline/metrics.ts';
import { rateRoutes } from './rates/rate-routes.ts';
import { ruleRoutes } from './rules/rule-routes.ts';
import { settingsRoutes } from './settings/settings-routes.ts';
import { createDoor } from './sign-in/door.ts';
import { oidcRoutes } from './sign-in/oidc-routes.ts';
import type { OidcSettings } from './sign-in/oidc-settings.ts';
import { signInRoutes } from './sign-in/sign-in-routes.ts';
import { simulatorRoutes } from './simulator/simulator-routes.ts';
import { transactionRoutes } from './transactions/transaction-routes.ts';
import { viewRoutes } from './views/view-routes.ts';
import type { Works } from './works.ts';

export type RoomsOptions = {
  /** Where errors end that no request waits for. */
  readonly boundary: Boundary;
  readonly desk: Desk;
  readonly simulation: () => Simulation | undefined;
  readonly maturityMs: number;
  readonly retrainer: Retrainer;
  readonly backtester: Backtester;
  readonly previewer: FeaturePreviewer;
  readonly modelTrial: ModelTrial;
  readonly importer: FileImporter;
  readonly oidc: OidcSettings | undefined;
  /** Where webhooks may go. */
  readonly targets: Targets;
};

/** Puts the routes of every room on the server, each in a scope of its own. */
export async function addRooms(
  app: FastifyInstance,
  options: RoomsOptions,
  access: Access,
  works: Works,
): Promise<void> {
  const { desk, boundary, targets } = options;
  const { feed, scorerOf, reviews, drift, monitor, notifier, relay, peers } = works;
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
  await app.register(async (scope) => eventIntake(scope, desk, boundary));
  await app.register(async (scope) => eventRoutes(scope, desk));
  await app.register(async (scope) => transactionRoutes(scope, desk, scorerOf, peers));
  await app.register(async (scope) => healthRoutes(scope, desk, monitor));
  await app.register(async (scope) => deadLetterRoutes(scope, desk));
  await app.register(async (scope) => alertRoutes(scope, desk, relay, feed));
  await app.register(async (scope) => attachmentRoutes(scope, desk, feed));
  await app.register(async (scope) => ruleRoutes(scope, desk, options));
  await app.register(async (scope) => catalogueRoutes(scope, desk, options.previewer));
  await app.register(async (scope) => listRoutes(scope, desk));
  await app.register(async (scope) => importRoutes(scope, desk));
  await app.register(async (scope) => rateRoutes(scope, desk));
  await app.register(async (scope) => caseRoutes(scope, desk));
  await app.register(async (scope) => channelRoutes(scope, desk, notifier, targets));
  await app.register(async (scope) => simulatorRoutes(scope, desk, options.simulation));
  await app.register(async (scope) => linkRoutes(scope, desk));
  await app.register(async (scope) => viewRoutes(scope, desk.office));
  await app.register(async (scope) => observedFieldRoutes(scope, desk));
  await app.register(async (scope) => fileImportRoutes(scope, desk, options.importer, boundary));
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
}
