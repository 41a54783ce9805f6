// A desk over a stream: what is taken in goes to Kafka, what was decided comes back from there.
import { openKafkaClient } from '../adapters/kafka/client.ts';
import { endOffsets } from '../adapters/kafka/offsets.ts';
import { openRecordProducer } from '../adapters/kafka/producer.ts';
import { openKafkaSource } from '../adapters/kafka/source.ts';
import { ensureTopics } from '../adapters/kafka/topics.ts';
import { openPostgres } from '../adapters/postgres/session.ts';
import { openRedis } from '../adapters/redis/connection.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createModelRegistry } from '../adapters/sql/models.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { createSqlStore } from '../adapters/sql/store.ts';
import type { Decision } from '../domain/decision.ts';
import { readTransaction } from '../domain/read-transaction.ts';
import type { Transaction } from '../domain/transaction.ts';
import { createLatencyWindow } from '../engine/latency-window.ts';
import { type Decided, contentHash as hashOfContent, type Result } from '../engine/process-batch.ts';
import type { Boundary } from '../ports/boundary.ts';
import { systemClock } from '../ports/clock.ts';
import { type Desk, type Measurements, OverCapacityError } from '../ports/desk.ts';
import type { Committed } from '../ports/stream/committed.ts';
import type { ProducerState } from '../server/pipeline/part-health.ts';
import { readCommitted } from '../stream/read-committed.ts';
import { encodeLabel, encodeTransaction } from '../stream/record-codec.ts';
import { checkCardKey } from './card-settings.ts';
import { watchMoney } from './money-in-service.ts';
import { opened, type Resources } from './resources.ts';
import { watchService } from './service-watch.ts';
import { startStreamProbes } from './stream-probes.ts';
import { type StreamSettings, topicPlan } from './stream-settings.ts';
import { openTracing } from './tracing.ts';

/** Transactions that wait for their decision at once. */
const MAX_WAITING = 20_000;
const APPEND_TIMEOUT_MS = 8000;
const DECISION_TIMEOUT_MS = 10_000;
/** A decision that does not come back by then may have been made before: the database is asked. */
const LOOK_UP_MS = 150;
const RECORDS_AT_ONCE = 1000;
/** What people look through goes its own way, and not for long. */
const READING_CONNECTIONS = 4;
const READING_TIMEOUT_MS = 5000;
/** For screens alone; a caller who waits for a decision hears it at once. */
const UNHURRIED = { bytes: 200_000, waitMs: 20 };

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

type Found =
  | { readonly decision: Decision; readonly contentHash: string }
  /** It is in quarantine, for this reason. */
  | { readonly quarantined: string };
type Waiter = { resolve(found: Found): void };

export const openStreamDesk = (options: StreamDeskOptions): Promise<StreamDesk> =>
  opened((resources) => open(options, resources));

async function open(
  { settings, onNotice, onFailure, boundary }: StreamDeskOptions,
  resources: Resources,
): Promise<StreamDesk> {
  const { kafka, topics } = settings;
  const clock = systemClock;
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
    await watchService(registry, office, clock.nowMs(), onNotice, boundary),
    (it) => it.stop(),
  );
  const producerClient = resources.add(openKafkaClient(kafka, 'producer'), (it) => it.close());
  const producer = openRecordProducer(producerClient, topics.transactions);
  const tracing = resources.add(await openTracing('server', process.env, onNotice), (it) => it.close());
  const store = createSqlStore(session, db, reads);
  const measurements: Measurements = {
    decision: createLatencyWindow(),
    engine: createLatencyWindow(),
    append: createLatencyWindow(),
    commit: createLatencyWindow(),
    lastCommitAtMs: undefined,
  };
  const listeners: ((output: Committed) => void)[] = [];
  const waiters = new Map<string, Set<Waiter>>();
  let waitingCount = 0;

  let lastTrouble = '';
  const source = openKafkaSource({
    client: openKafkaClient(kafka, 'decisions'),
    topic: topics.decisions,
    patience: () => (waitingCount > 0 ? undefined : UNHURRIED),
    onTrouble(error) {
      if (error.message !== lastTrouble) onNotice(`reading decisions: ${error.message}`);
      lastTrouble = error.message;
    },
  });

  function tell({ decision, contentHash }: Decided): void {
    for (const waiter of waiters.get(decision.transactionId) ?? []) waiter.resolve({ decision, contentHash });
  }

  async function listen(partition: number, fromOffset: number): Promise<void> {
    const input = source.open(partition, fromOffset);
    let reached = -1;
    for (;;) {
      const records = await input.take(RECORDS_AT_ONCE);
      if (records.length === 0) return;
      const now = clock.nowMs();
      const read = readCommitted(records, reached, {
        isAwaited: (transactionId) => waiters.has(transactionId),
        onHead({ receivedAtMs, engineMs }, publishedAtMs) {
          // How soon it is read here is up to this server.
          measurements.decision.add(Math.max(0, publishedAtMs - receivedAtMs), now);
          measurements.engine.add(engineMs, now);
        },
      });
      reached = read.reached;
      if (read.committed.counts.length > 0) measurements.lastCommitAtMs = now;
      for (const item of read.awaited) tell(item);
      for (const listener of listeners) listener(read.committed);
    }
  }
  const ends = await endOffsets(client, topics.decisions);
  const listening = ends.map((end, partition) => listen(partition, end));
  for (const loop of listening) loop.catch(onFailure);

  const probes = startStreamProbes({
    settings,
    client,
    pool,
    redis,
    clock,
    measurements,
    partitions,
    boundary,
  });

  function checkCapacity(): void {
    if (waitingCount >= MAX_WAITING) {
      throw new OverCapacityError(`${waitingCount} transactions wait for their decision.`, 1);
    }
  }

  async function append(records: Parameters<typeof producer.append>[0]): Promise<void> {
    checkCapacity();
    const started = performance.now();
    try {
      await producer.append(records, APPEND_TIMEOUT_MS);
    } catch (error) {
      throw new OverCapacityError(`Nothing can be taken in right now: ${(error as Error).message}`, 5);
    }
    measurements.append.add(performance.now() - started, clock.nowMs());
  }

  /** Rejects with OverCapacityError when the decision takes too long; it is made nevertheless. */
  async function decide(transaction: Transaction, traceparent?: string): Promise<Result> {
    checkCapacity();
    const { id } = transaction;
    const span = tracing.begin('decision', 'server', traceparent, clock.nowMs());
    try {
      const result = await askForDecision(transaction, span.traceparent);
      span.end({
        'goshawk.transaction.id': id,
        'goshawk.outcome': result.kind === 'quarantined' ? 'quarantined' : result.decision.outcome,
      });
      return result;
    } catch (error) {
      span.end({ 'goshawk.transaction.id': id }, error as Error);
      throw error;
    }
  }

  async function askForDecision(transaction: Transaction, traceparent: string | undefined): Promise<Result> {
    const { id } = transaction;
    const found = Promise.withResolvers<Found>();
    const waiter: Waiter = { resolve: found.resolve };
    const others = waiters.get(id) ?? new Set();
    waiters.set(id, others.add(waiter));
    waitingCount++;
    let lookUp: NodeJS.Timeout | undefined;
    const timeout = setTimeout(
      () =>
        found.reject(
          new OverCapacityError(
            'The transaction is accepted, its decision takes longer than usual. Send it again to get the decision.',
            5,
          ),
        ),
      DECISION_TIMEOUT_MS,
    );
    const askDatabase = async (waitMs: number): Promise<void> => {
      const known = (await store.findKnown([id]).catch(() => undefined))?.get(id);
      const why = known ? undefined : await office.deadLetters.reasonOf(id).catch(() => undefined);
      if (known) found.resolve(known);
      else if (why !== undefined) found.resolve({ quarantined: why });
      else lookUp = setTimeout(() => void askDatabase(waitMs * 2), waitMs * 2);
    };
    try {
      await append([
        { ...encodeTransaction(transaction), ...(traceparent !== undefined && { traceparent }) },
      ]);
      lookUp = setTimeout(() => void askDatabase(LOOK_UP_MS), LOOK_UP_MS);
      const answer = await found.promise;
      if ('quarantined' in answer)
        return { kind: 'quarantined', offset: 0, transactionId: id, reason: answer.quarantined };
      const { decision, contentHash } = answer;
      if (contentHash === hashOfContent(transaction)) return { kind: 'decided', offset: 0, decision };
      return { kind: 'duplicate', offset: 0, decision, sameContent: false };
    } finally {
      clearTimeout(timeout);
      clearTimeout(lookUp);
      waitingCount--;
      others.delete(waiter);
      if (others.size === 0) waiters.delete(id);
    }
  }

  return {
    store,
    clock,
    measurements,
    cards: settings.cards.policy,
    money: money.current,
    readTransaction: (value) =>
      readTransaction(value, {
        nowMs: clock.nowMs(),
        maxAmountMinor: settings.maxAmountMinor,
        cards: settings.cards.policy,
        money: money.current(),
        ...(settings.offsetAt && { offsetAt: settings.offsetAt }),
      }),
    inService: models.inService,
    models: registry,
    office,
    lists: models.lists,
    async refresh() {
      await Promise.all([models.look(), money.look()]);
    },
    health: probes.health,
    partitions: probes.partitions,
    async ready() {
      await session.query('select 1', []);
      await client.anyNode();
    },
    source() {
      const { total, perSecond, lastAtMs } = probes.arrivals();
      return {
        running: perSecond !== undefined,
        detail: `${total.toLocaleString('en')} records came in`,
        produced: total,
        errors: 0,
        lastAtMs,
        latency: measurements.append,
        targetPerSecond: perSecond,
      };
    },
    decide,
    accept: (transactions) => append(transactions.map(encodeTransaction)),
    label: (labels) => append(labels.map(encodeLabel)),
    takeAgain: (record, attempt) =>
      append([
        {
          ...(record.kind === 'label' ? encodeLabel(record.label) : encodeTransaction(record.transaction)),
          attempt,
        },
      ]),
    // Workers know nothing of a transaction that they could not decide but its id.
    letGo: () => undefined,
    checkCapacity,
    // A listener's fault is not the stream's.
    onCommitted: (listener) => listeners.push(boundary.guarded('what hears of decisions', listener)),
    async close() {
      probes.stop();
      await source.close();
      await Promise.all(listening.map((loop) => loop.catch(() => undefined)));
      await resources.close();
    },
  };
}
