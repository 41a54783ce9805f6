// What runs beside the requests, as long as the server does: the feed, the monitor, deliveries, labels that are passed on.
import type { Boundary } from '../ports/boundary.ts';
import type { Desk } from '../ports/desk.ts';
import type { ModelTrial } from '../ports/model-trial.ts';
import type { Restarts } from '../ports/restarts.ts';
import { type ErasureKeeper, keepErasures } from './erasures/keep-erasures.ts';
import type { Feed } from './feed/feed.ts';
import { createFeed } from './feed/feed.ts';
import type { LabelRelay } from './labels/label-relay.ts';
import { startLabelRelay } from './labels/label-relay.ts';
import type { DriftWatch } from './models/drift-watch.ts';
import { watchDrift } from './models/drift-watch.ts';
import type { ModelReviews } from './models/model-reviews.ts';
import { createModelReviews } from './models/model-reviews.ts';
import type { ScorerOf } from './models/past-scorers.ts';
import { pastScorers } from './models/past-scorers.ts';
import { watchVolume } from './models/review-volume.ts';
import type { MailSettings } from './notifications/mail.ts';
import type { Notifier } from './notifications/notifier.ts';
import { startNotifier } from './notifications/notifier.ts';
import type { Targets } from './notifications/webhook-targets.ts';
import { keepDeadLetters } from './pipeline/dead-letter-keeper.ts';
import { type Monitor, startMonitor } from './pipeline/monitor.ts';
import type { ProducerState } from './pipeline/part-health.ts';
import type { OidcSettings } from './sign-in/oidc-settings.ts';
import type { PeerGroups } from './transactions/peer-groups.ts';
import { createPeerGroups } from './transactions/peer-groups.ts';

export type WorksOptions = {
  /** Where errors end that no request waits for. */
  readonly boundary: Boundary;
  /** Of this process: how often it was started again, and why. */
  readonly restarts: Restarts;
  readonly desk: Desk;
  readonly version: string;
  readonly producer: () => ProducerState;
  readonly maturityMs: number;
  readonly modelTrial: ModelTrial;
  readonly oidc: OidcSettings | undefined;
  readonly mail: MailSettings | undefined;
  /** Where webhooks may go. */
  readonly targets: Targets;
};

export type Works = {
  readonly feed: Feed;
  readonly scorerOf: ScorerOf;
  readonly reviews: ModelReviews;
  readonly drift: DriftWatch;
  readonly monitor: Monitor;
  readonly notifier: Notifier;
  readonly relay: LabelRelay;
  readonly peers: PeerGroups;
  readonly erasures: ErasureKeeper;
  stop(): Promise<void>;
};

/** Starts them; `log` is told the same trouble once, not every second. */
export async function startWorks(options: WorksOptions, log: (error: Error) => void): Promise<Works> {
  const { desk, boundary } = options;
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
  const tell = (error: Error): void => {
    if (error.message !== trouble) log(error);
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
  const stopVolume = watchVolume(desk, monitor.counts, boundary);
  const peers = createPeerGroups(desk, tell);
  const erasures = keepErasures(desk, tell, boundary);
  const deadLetters = keepDeadLetters(desk, tell, boundary);
  return {
    feed,
    scorerOf,
    reviews,
    drift,
    monitor,
    notifier,
    relay,
    peers,
    erasures,
    async stop() {
      monitor.stop();
      relay.stop();
      deadLetters.stop();
      await erasures.stop();
      await notifier.stop();
      drift.stop();
      stopVolume();
      feed.close();
    },
  };
}
