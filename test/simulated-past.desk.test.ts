// A first start leaves the last of the simulated past decided and stored, the stream goes on from it, and a death in between changes
// nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createLatencyWindow } from '../src/engine/latency-window.ts';
import type { LogRecord } from '../src/engine/records.ts';
import { createVectorCodec } from '../src/engine/vector-codec.ts';
import { encodedLength, encodeEntity } from '../src/features/entity-codec.ts';
import { type FeatureState, tablesOf } from '../src/features/feature-state.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createBoundary } from '../src/ports/boundary.ts';
import { systemClock } from '../src/ports/clock.ts';
import { NO_RESTARTS } from '../src/ports/restarts.ts';
import type { EmbeddedDesk } from '../src/runtimes/embedded.ts';
import { keptPlan, type PastPlan } from '../src/runtimes/past-plan.ts';
import { apiProducerState } from '../src/runtimes/producer.ts';
import { startMonitor } from '../src/server/pipeline/monitor.ts';
import { createLabelClock, labelFor } from '../src/training/label-clock.ts';
import { LIVE_LABEL_MATURITY_MS, simulatedPast } from '../src/training/simulated-past.ts';
import { makeFolder } from './desk-process.ts';
import { LIVE_RATE, openWithPast } from './past/desk.ts';

const folder = makeFolder();
const endMs = Date.now();
let desk: EmbeddedDesk;
let plan: PastPlan;
before(async () => {
  desk = await openWithPast(join(folder.path, 'whole'), endMs);
  const kept = await keptPlan(desk.office.settings);
  assert.ok(kept);
  plan = kept;
});
after(async () => {
  await desk.close();
  folder.remove();
});

const PAST = "id like 'past-%'";
const numberOf = async (of: EmbeddedDesk, what: string, from: string): Promise<number> =>
  Number((await of.read(`select ${what} as n from ${from}`))[0].n);

test('M18 a first start leaves the last of the past decided and stored, with events, labels and alerts, each at its own time', async () => {
  const payments = await numberOf(desk, 'count(*)', `transactions where ${PAST}`);
  assert.ok(Math.abs(payments / 12_000 - 1) < 0.05, `${payments} payments`);
  assert.ok((await numberOf(desk, 'count(*)', 'events')) > payments / 20);
  const late = "decided_at < received_at or decided_at > received_at + interval '1 second'";
  assert.equal(await numberOf(desk, 'count(*)', `transactions where ${late}`), 0);
  const last = 'extract(epoch from max(occurred_at)) * 1000';
  const lastMs = await numberOf(desk, last, `transactions where ${PAST}`);
  assert.ok(endMs - lastMs >= 0 && endMs - lastMs < 5000, `${endMs - lastMs} ms before its end`);
  const labelled = await numberOf(desk, 'count(*)', `transactions where ${PAST} and is_fraud`);
  assert.ok(labelled > 20, `${labelled} labelled`);
  const counted = await numberOf(desk, 'sum(transactions)', 'stats_by_minute');
  assert.equal(counted, await numberOf(desk, 'count(*)', 'transactions'));
});

test('Y76 payments and events of the past have own fields, as those of the stream that goes on from it', async () => {
  const bare = `attributes is null or attributes::jsonb->>'customerId' is null`;
  assert.equal(await numberOf(desk, 'count(*)', `transactions where ${bare}`), 0);
  const without = `event::jsonb->'attributes'->>'customerId' is null`;
  assert.equal(await numberOf(desk, 'count(*)', `events where ${without}`), 0);
});

test('M18 the newest alerts wait; of those before a simulated analyst has said what they were, and the trail says so', async () => {
  const end = new Date(endMs).toISOString();
  const open = await numberOf(desk, 'count(*)', `alerts where status = 'open' and opened_at <= '${end}'`);
  assert.ok(open >= 5 && open <= 60, `${open} open`);
  const byAnalyst = "alerts where closed_by = 'Simulated analyst'";
  const closed = await numberOf(desk, 'count(*)', byAnalyst);
  assert.ok(closed > 5, `${closed} closed by the analyst`);
  const isFraud = `exists (select 1 from fraud_alerts f join transactions t on t.id = f.transaction_id
    where f.alert_id = alerts.id and t.is_fraud)`;
  const wrong = `${byAnalyst} and verdict = 'genuine' and ${isFraud}`;
  assert.equal(await numberOf(desk, 'count(*)', wrong), 0, 'what was fraud was called that');
  const lines = await desk.office.audit.lines({ who: 'Simulated analyst' }, 1000);
  assert.equal(lines.length, closed);
});

/** All histories, as bytes by store and key. */
function bytesOf(state: FeatureState): Map<string, string> {
  const all = new Map<string, string>();
  for (const [store, table] of tablesOf(state))
    for (let entry = 0; entry < table.size; entry++) {
      if (table.payloadLength(entry) === 0) continue;
      const bytes = Buffer.alloc(encodedLength(table, entry, store));
      encodeEntity(table, entry, store, bytes, 0);
      all.set(`${store} ${table.keyOf(entry)}`, bytes.toString('base64'));
    }
  return all;
}

test('M19 features and histories over the joins are those of one run from the first payment of the past on, bit for bit', async () => {
  const state = STANDARD.createState();
  const labels = createLabelClock();
  const vector = new Float64Array(STANDARD.size);
  const codec = createVectorCodec(STANDARD.size);
  const encoded = STANDARD.categories.map(({ slot }) => slot);
  const stored = new Map<string, Uint8Array>();
  for (const row of await desk.read(
    `select id, encode(features, 'base64') as features from transactions where ${PAST}`,
  ))
    stored.set(String(row.id), Buffer.from(String(row.features), 'base64'));
  let compared = 0;
  for (const { transaction, fraudType, label } of simulatedPast(plan).transactions()) {
    for (const one of labels.due(transaction.occurredAtMs)) STANDARD.applyLabel(state, one, undefined);
    STANDARD.observe(state, transaction, vector);
    if (label) labels.schedule(labelFor(transaction, true, label.knownAtMs, 'import', fraudType));
    const decidedBy = stored.get(transaction.id);
    if (decidedBy === undefined) continue;
    compared++;
    const then = codec.decode(decidedBy);
    // What a model makes of a category is not in histories.
    for (const slot of encoded) vector[slot] = then[slot];
    assert.deepEqual(codec.encode(vector), codec.encode(then), transaction.id);
  }
  assert.equal(compared, stored.size);
  for (const one of labels.due(plan.endMs)) STANDARD.applyLabel(state, one, undefined);
  const first = await numberOf(desk, 'coalesce(min(seq), 0)', `transactions where not ${PAST}`);
  assert.ok(first > 0, 'something came while the desk was made ready');
  for (const record of await recordsFrom(first)) take(record);
  assert.deepEqual(bytesOf(desk.engine.state), bytesOf(state));

  function take(record: LogRecord): void {
    if (record.kind === 'label') STANDARD.applyLabel(state, record.label, undefined);
    else if (record.kind === 'transaction') STANDARD.observe(state, record.transaction, vector);
  }
});

async function recordsFrom(offset: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let at = offset; at < desk.log.endOffset(); at = offset + records.length)
    records.push(...(await desk.log.read(at, 5000)).records);
  return records;
}

test('M19 the stream goes on where the past ends, and nothing of the past counts as throughput or latency', async () => {
  const { stream } = desk;
  const until = plan.stored?.untilMs;
  assert.ok(stream && until !== undefined);
  const due = stream.live.takeDue(until + 4000).map(({ transaction }) => transaction);
  assert.ok(due.length > LIVE_RATE && due.length < 8 * LIVE_RATE, `${due.length}`);
  assert.ok(due.every(({ occurredAtMs }) => occurredAtMs > until));
  const boundary = createBoundary(systemClock.nowMs, () => undefined);
  const monitor = await startMonitor({
    desk,
    boundary,
    restarts: NO_RESTARTS,
    producer: () => apiProducerState(desk),
    feed: () => ({ clients: 0, lastSentAtMs: undefined, latency: createLatencyWindow(), resyncs: 0 }),
    maturityMs: LIVE_LABEL_MATURITY_MS,
    driftAlarms: () => undefined,
  });
  const stats = monitor.stats(60);
  assert.ok(stats.current.transactions > 10_000, 'charts have it');
  assert.equal(stats.transactionsPerMinute, 0);
  assert.equal(stats.latencyMs.count, 0);
  assert.equal(stats.simulatedUntil, new Date(until).toISOString());
  assert.ok(monitor.pipelineMinutes(60).points.every(({ transactions }) => transactions === 0));
  monitor.stop();
});

/** What of a desk does not depend on when it was started again. */
async function pastOf(of: EmbeddedDesk): Promise<readonly unknown[]> {
  const rows =
    "id, decided_at, score, outcome, coalesce(is_fraud and labelled_at <= $END$, false), encode(features, 'hex'), seq".replace(
      '$END$',
      `'${new Date(plan.endMs).toISOString()}'`,
    );
  const [transactions] = await of.read(
    `select count(*) as n, md5(string_agg(md5(row(${rows})::text), '' order by seq)) as all from transactions where ${PAST}`,
  );
  const [verdicts] = await of.read(
    `select count(*) as n, md5(string_agg(row(account_id, verdict, closed_at, transactions)::text, '' order by id)) as all
     from alerts where closed_by = 'Simulated analyst'`,
  );
  const [events] = await of.read(
    `select count(*) as n, md5(string_agg(id || seq, '' order by seq)) as all from events
     where seq < (select max(seq) from transactions where ${PAST})`,
  );
  return [transactions, verdicts, events];
}

test('M20 whatever kills a first start, while it trains or stores, the next ones end with the same desk', async () => {
  const path = join(folder.path, 'killed');
  const child = join(import.meta.dirname, 'past/child.ts');
  for (const when of ['training', '0.5']) {
    const dying = spawn(process.execPath, [...process.execArgv, child, path, String(endMs), when], {
      stdio: 'ignore',
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    const [, signal] = await once(dying, 'exit');
    assert.equal(signal, 'SIGKILL', when);
  }
  // Begun at another time, it is the past that was begun before.
  const again = await openWithPast(path, Date.now());
  try {
    assert.deepEqual(await pastOf(again), await pastOf(desk));
    const before = await numberOf(again, 'count(*)', 'transactions');
    assert.equal((await keptPlan(again.office.settings))?.endMs, endMs);
    await again.close();
    const later = await openWithPast(path, Date.now());
    assert.equal(later.stream, undefined, 'there is one first start');
    assert.equal(await numberOf(later, 'count(*)', 'transactions'), before);
    await later.close();
  } catch (error) {
    await again.close().catch(() => undefined);
    throw error;
  }
});
