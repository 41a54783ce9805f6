// A desk over a stream: what is taken in goes to Kafka, what was decided comes back from there.
import type { Pool } from 'pg';
import { type KafkaClient, openKafkaClient } from '../adapters/kafka/client.ts';
import { openRecordProducer } from '../adapters/kafka/producer.ts';
import { ensureTopics } from '../adapters/kafka/topics.ts';
import { openPostgres } from '../adapters/postgres/session.ts';
import { openRedis, type RedisConnection } from '../adapters/redis/connection.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createModelRegistry } from '../adapters/sql/models.ts';
import { createOffice } from '../adapters/sql/office.ts';
import type { SqlSession } from '../adapters/sql/session.ts';
import { createSqlStore } from '../adapters/sql/store.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import type { Desk, Measurements } from '../ports/desk.ts';
import type { ModelRegistry } from '../ports/office/models.ts';
import type { Office } from '../ports/office/office.ts';
import type { Store } from '../ports/store.ts';
import type { ProducerState } from '../server/pipeline/part-health.ts';
import { encodeEvent, encodeLabel, encodeRecord, encodeTransaction } from '../stream/record-codec.ts';
import type { Arrivals } from './arrivals.ts';
import { askForDecision } from './ask-for-decision.ts';
import { checkCardKey } from './card-settings.ts';
import { createDecisionWaiters } from './decision-waiters.ts';
import { createLookUps } from './look-ups.ts';
import { createMeasurements } from './measurements.ts';
import { type MoneyInService, watchMoney } from './money-in-service.ts';
import { type DecisionReader, readDecisions } from './read-decisions.ts';
import { recordReader } from './record-reader.ts';
import { opened, type Resources } from './resources.ts';
import { type ServiceWatch, watchService } from './service-watch.ts';
import { streamCatalogue } from './stream-catalogue.ts';
import { type StreamIntake, streamIntake } from './stream-intake.ts';
import { startStreamProbes } from './stream-probes.ts';
import { type StreamSettings, topicPlan } from './stream-settings.ts';
import { openTracing } from './tracing.ts';

/** What people look through goes its own way, and not for long. */
const READING_CONNECTIONS = 4;
const READING_TIMEOUT_MS = 5000;

export type StreamDeskOptions = {
  readonly settings: StreamSettings;
  readonly onNotice: (message: string) => void;
  readonly onFailure: (error: Error) => void;
  readonly boundary: Boundary;
};

export type StreamDesk = Desk & {
  /** Whoever writes to the stream, seen from what arrives. */
  source(): ProducerState;
};

/** Opens a desk over the servers of an installation. Throws InputError before the first model is made. */
export const openStreamDesk = (options: StreamDeskOptions): Promise<StreamDesk> =>
  opened((resources) => open(options, resources));

/** The servers of an installation, and what is read from them. */
type Servers = {
  readonly session: SqlSession;
  readonly pool: Pool;
  readonly redis: RedisConnection;
  readonly client: KafkaClient;
  readonly partitions: number;
  readonly registry: ModelRegistry;
  readonly office: Office;
  readonly store: Store;
  readonly money: MoneyInService;
  readonly models: ServiceWatch;
};

async function openServers(
  { settings, onNotice, boundary }: StreamDeskOptions,
  resources: Resources,
): Promise<Servers> {
  const { kafka, topics } = settings;
  const { session, db, pool } = await openPostgres({ url: settings.databaseUrl });
  resources.add(session, (it) => it.close());
  await migrate(db, 'server');
  const { session: reads } = await openPostgres({
    url: settings.databaseUrl,
    connections: READING_CONNECTIONS,
    statementTimeoutMs: READING_TIMEOUT_MS,
  });
  resources.add(reads, (it) => it.close());
  const redis = resources.add(await openRedis({ url: settings.redisUrl, onNotice }), (it) => it.close());
  const client = resources.add(openKafkaClient(kafka, 'server'), (it) => it.close());
  const partitions = await ensureTopics(kafka, client, topics, topicPlan(settings));
  const registry = createModelRegistry(session);
  const office = createOffice(session, 'sequence', { reads });
  await checkCardKey(office.settings, settings.cards, 'CARD_TOKEN_KEY');
  const money = resources.add(await watchMoney(office, settings.baseCurrency, boundary), (it) => it.stop());
  const models = resources.add(
    await watchService(registry, office, systemClock.nowMs(), onNotice, boundary),
    (it) => it.stop(),
  );
  const store = createSqlStore(session, db, reads);
  return { session, pool, redis, client, partitions, registry, office, store, money, models };
}

/** What goes into the stream and comes out of it. */
type Traffic = {
  readonly measurements: Measurements;
  readonly intake: StreamIntake;
  readonly decisions: DecisionReader;
  decide: Desk['decide'];
};

async function openTraffic(
  { settings, onNotice, onFailure }: StreamDeskOptions,
  { client, store, office }: Servers,
  resources: Resources,
): Promise<Traffic> {
  const clock = systemClock;
  const producerClient = resources.add(openKafkaClient(settings.kafka, 'producer'), (it) => it.close());
  const producer = openRecordProducer(producerClient, settings.topics.transactions);
  const tracing = resources.add(await openTracing('server', process.env, onNotice), (it) => it.close());
  const measurements = createMeasurements();
  const waiters = createDecisionWaiters();
  const intake = streamIntake(producer, waiters, measurements, clock);
  const decisions = await readDecisions({
    settings,
    client,
    waiters,
    measurements,
    clock,
    onNotice,
    onFailure,
  });
  const lookUps = createLookUps(store, office.deadLetters);
  const asking = { intake, waiters, lookUps, tracing, clock };
  return {
    measurements,
    intake,
    decisions,
    decide: (transaction, traceparent) => askForDecision(asking, transaction, traceparent),
  };
}

async function open(options: StreamDeskOptions, resources: Resources): Promise<StreamDesk> {
  const { settings, boundary } = options;
  const clock = systemClock;
  const servers = await openServers(options, resources);
  const { session, client, office, money, models, store } = servers;
  const { measurements, intake, decisions, decide } = await openTraffic(options, servers, resources);
  const { append } = intake;
  const probes = startStreamProbes({ ...servers, settings, clock, measurements, boundary });
  const dataModel = () => models.inService().catalogue.data;
  const refresh = async (): Promise<void> => {
    await Promise.all([models.look(), money.look()]);
  };
  return {
    store,
    clock,
    measurements,
    cards: settings.cards.policy,
    money: money.current,
    dataModel,
    ...recordReader({ ...settings, dataModel }, clock, money),
    inService: models.inService,
    catalogues: models.catalogue.catalogues,
    models: servers.registry,
    office,
    lists: models.lists,
    refresh,
    // Each worker has it at its next look, between two of its batches.
    catalogue: streamCatalogue({
      book: office.catalogue,
      inService: models.catalogue,
      nowMs: clock.nowMs,
      refresh,
      modelsAgainst: models.modelsAgainst,
      progress: probes.filling,
    }),
    health: probes.health,
    partitions: probes.partitions,
    async ready() {
      await session.query('select 1', []);
      await client.anyNode();
    },
    source: () => sourceState(probes.arrivals(), measurements),
    decide,
    accept: (transactions) => append(transactions.map(encodeTransaction)),
    take: (records) => append(records.map((record) => encodeRecord(record, dataModel()))),
    acceptEvents: (events) => append(events.map((event) => encodeEvent(event, dataModel()))),
    label: (labels) => append(labels.map(encodeLabel)),
    takeAgain: (record, attempt) =>
      append([
        {
          ...encodeRecord(record, dataModel()),
          attempt,
        },
      ]),
    // Workers know nothing of a transaction that they could not decide but its id.
    letGo: () => undefined,
    checkCapacity: intake.checkCapacity,
    // A listener's fault is not the stream's.
    onCommitted: (listener) => decisions.onCommitted(boundary.guarded('what hears of decisions', listener)),
    async close() {
      probes.stop();
      await decisions.close();
      await resources.close();
    },
  };
}

const sourceState = (
  { total, perSecond, lastAtMs }: Arrivals,
  measurements: Measurements,
): ProducerState => ({
  running: perSecond !== undefined,
  detail: `${total.toLocaleString('en')} records came in`,
  produced: total,
  errors: 0,
  lastAtMs,
  latency: measurements.append,
  targetPerSecond: perSecond,
});
