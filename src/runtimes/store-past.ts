// Leaves the last of a simulated past decided and stored before the stream begins, with the verdicts of a simulated analyst, and
// then what came while the desk was being made ready. Cut short, it is finished by the next start.
import type { LogRecord } from '../engine/records.ts';
import { lastSeenMs } from '../features/history-codec.ts';
import type { Clock } from '../ports/clock.ts';
import type { Alert, Alerts } from '../ports/office/alerts.ts';
import type { Office } from '../ports/office/office.ts';
import { createPastDecider, type PastDecider, type PastParts } from './decide-past.ts';
import { type PastPlan, storedPlan } from './past-plan.ts';
import { pastRecords } from './past-records.ts';
import {
  createSimulatedStream,
  duePayments,
  type SimulatedStream,
  type StreamOptions,
  scheduleLabels,
} from './simulated-stream.ts';

/** Alerts that are left for whoever sits down first. */
const LEFT_OPEN = 20;
const ANALYST = { kind: 'local', id: 'simulated-analyst', name: 'Simulated analyst' } as const;
/** From the last flagged transaction of an alert to the verdict. */
const VERDICT_AFTER_MS = 4 * 60_000;
const ALERTS_AT_ONCE = 200;
/** What comes while a desk is being made ready is caught up with; where it is more, the stream begins with what is due then. */
const MOST_CAUGHT_UP = 40_000;
const STEP_MS = 1000;
const MINUTE_MS = 60_000;
const RECORDS_AT_ONCE = 5000;
/** Where histories are of fewer. */
export const FEWEST_PEOPLE = 1000;

export type StorePast = PastParts & {
  readonly office: Pick<Office, 'alerts' | 'settings'>;
  readonly plan: PastPlan;
  readonly clock: Clock;
  readonly onProgress: (done: number, of: number) => void;
};

export type StoredPast = {
  /** Up to where the log is decided and stored now. */
  readonly committed: number;
  readonly plan: PastPlan;
  /** The people of the past, who go on. */
  readonly stream: SimulatedStream;
};

export async function storePast(parts: StorePast): Promise<StoredPast> {
  const { plan, office, log, clock } = parts;
  const past = pastRecords(plan);
  const decider = createPastDecider(parts, 0);
  const spanMs = plan.endMs - plan.fromMs;
  for (const one of past.records()) {
    await decider.take(one);
    if (decider.nextOffset % 1000 === 0) parts.onProgress(one.atMs - plan.fromMs, spanMs);
  }
  await decider.finish();
  // A start that was cut short later than that had gone on with the stream already.
  const hadGoneOn = Math.max(parts.committed, log.endOffset()) > decider.nextOffset;
  if (hadGoneOn) await takeFromLog(decider, log);
  else await giveVerdicts(office.alerts, past.frauds, plan.endMs);
  const startMs = hadGoneOn ? clock.nowMs() : plan.endMs;
  const stream = createSimulatedStream(streamOptions(parts, startMs), clock, past.goesOn);
  const untilMs = hadGoneOn ? startMs : await catchUp(decider, stream, plan, clock);
  const stored = { untilMs, inLastMinute: await countedIn(parts.store, untilMs) };
  await storedPlan(office.settings, { ...plan, stored });
  return { committed: decider.nextOffset, plan: { ...plan, stored }, stream };
}

function streamOptions({ plan, engine }: StorePast, startMs: number): StreamOptions {
  const { account } = engine.state;
  return {
    ...plan,
    rate: plan.liveRate,
    startMs,
    people: {
      accounts: Math.max(account.size, FEWEST_PEOPLE),
      lastSeenMs: (accountId) => lastSeenMs(account, accountId),
    },
  };
}

/** Payments that were decided in the minute of a time. */
async function countedIn(store: PastParts['store'], timeMs: number): Promise<number> {
  const fromMs = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
  const rows = await store.counts(fromMs, fromMs + MINUTE_MS);
  return rows.reduce((sum, { transactions }) => sum + transactions, 0);
}

const timeOf = (record: LogRecord): number =>
  record.kind === 'label' ? record.label.labelledAtMs : record.receivedAtMs;

async function takeFromLog(decider: PastDecider, log: PastParts['log']): Promise<void> {
  while (decider.nextOffset < log.endOffset()) {
    const { records } = await log.read(decider.nextOffset, RECORDS_AT_ONCE);
    for (const record of records) await decider.take({ atMs: timeOf(record), record });
  }
  await decider.finish();
}

/** What an analyst would have said of what was flagged, but for the newest alerts. */
async function giveVerdicts(
  alerts: Alerts,
  frauds: ReadonlyMap<string, string>,
  endMs: number,
): Promise<void> {
  const filter = { view: 'open', sort: 'newest', person: ANALYST.id, nowMs: endMs } as const;
  let left = 0;
  let after: { readonly value: number; readonly id: number } | undefined;
  for (;;) {
    const page = await alerts.list({ ...filter, ...(after && { after }) }, ALERTS_AT_ONCE);
    const last = page.at(-1);
    if (!last) return;
    for (const alert of page) {
      const atMs = alert.updatedAtMs + VERDICT_AFTER_MS;
      if (left++ >= LEFT_OPEN && atMs < endMs) await giveVerdict(alerts, alert, frauds, atMs);
    }
    after = { value: last.id, id: last.id };
  }
}

async function giveVerdict(
  alerts: Alerts,
  { id, version, transactions }: Alert,
  frauds: ReadonlyMap<string, string>,
  atMs: number,
): Promise<void> {
  const ids = await alerts.transactionIds(id, transactions);
  const fraudType = ids.map((transactionId) => frauds.get(transactionId)).find((type) => type !== undefined);
  const verdict = fraudType === undefined ? 'genuine' : 'fraud';
  await alerts.act(
    [{ id, version, transactions }],
    { kind: 'verdict', verdict, fraudType, by: ANALYST },
    {
      atMs,
      actor: ANALYST,
      action: 'gave verdict',
      subject: '',
      detail: { verdict, simulated: true, ...(fraudType !== undefined && { fraudType }) },
    },
  );
}

/** What the people of the past did while the desk was being made ready, step by step; gives where the stream stands then. */
async function catchUp(
  decider: PastDecider,
  stream: SimulatedStream,
  { endMs, liveRate }: PastPlan,
  clock: Clock,
): Promise<number> {
  const isTooMuch = (nowMs: number): boolean => ((nowMs - endMs) / 1000) * liveRate > MOST_CAUGHT_UP;
  let atMs = endMs;
  for (let nowMs = clock.nowMs(); atMs < nowMs && !isTooMuch(nowMs); nowMs = clock.nowMs()) {
    for (; atMs < nowMs; atMs = Math.min(nowMs, atMs + STEP_MS)) await step(Math.min(nowMs, atMs + STEP_MS));
    await decider.finish();
  }
  return atMs;

  async function step(untilMs: number): Promise<void> {
    for (;;) {
      const { payments, events } = duePayments(stream, untilMs);
      if (payments.length === 0) break;
      const [first] = payments;
      const atMs = first.transaction.occurredAtMs;
      for (const event of events)
        await decider.take({ atMs, record: { kind: 'event', event, receivedAtMs: atMs } });
      for (const { transaction } of payments) {
        const receivedAtMs = transaction.occurredAtMs;
        await decider.take({
          atMs: receivedAtMs,
          record: { kind: 'transaction', transaction, receivedAtMs },
        });
      }
      scheduleLabels(stream, payments, untilMs);
    }
    for (const { label } of stream.labels.due(untilMs))
      await decider.take({ atMs: untilMs, record: { kind: 'label', label } });
  }
}
