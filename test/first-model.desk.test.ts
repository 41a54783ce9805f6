// A first start of the default preset: what the model says of itself holds on the stream that follows, and its thresholds are the
// administrator's to move.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRandom } from '../src/domain/random.ts';
import type { LogRecord } from '../src/engine/records.ts';
import { lastSeenMs } from '../src/features/history-codec.ts';
import { averagePrecision } from '../src/models/metrics.ts';
import { systemClock } from '../src/ports/clock.ts';
import { type EmbeddedDesk, openDesk } from '../src/runtimes/embedded.ts';
import { keepVolume, keptVolume } from '../src/server/models/kept-review-work.ts';
import { modelPanel } from '../src/server/models/live-quality.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { createLabelClock, labelFor } from '../src/training/label-clock.ts';
import {
  createPresetSimulator,
  liveLabelDelayMs,
  type PastTransaction,
} from '../src/training/simulated-past.ts';
import { makeFolder } from './desk-process.ts';

const SEED = 3;
const RATE = 20;
const PAYMENTS = 24_000;
const BATCH = 500;
const folder = makeFolder();
const startMs = systemClock.nowMs();
let desk: EmbeddedDesk;
/** The last payments of the past, with their features. */
const past: { readonly one: PastTransaction; readonly vector: Float64Array }[] = [];
const PAST_KEPT = 20_000;
before(async () => {
  desk = await openDesk({
    dataDir: join(folder.path, 'desk'),
    clock: systemClock,
    firstModel: (state) =>
      trainFirstModel(state, {
        preset: 'default',
        seed: SEED,
        endMs: startMs,
        liveRate: RATE,
        onPast(one, vector) {
          if (one.transaction.occurredAtMs > startMs - (PAST_KEPT / RATE) * 1000)
            past.push({ one, vector: vector.slice() });
        },
      }),
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
});
after(async () => {
  await desk.close();
  folder.remove();
});

test('M15 the past is at hand as it was: decided by the model now, it is what a desk would have decided then', () => {
  const { champion } = desk.inService().serving;
  assert.ok(Math.abs(past.length / PAST_KEPT - 1) < 0.05, `${past.length}`);
  const flagged = past.filter(
    ({ one, vector }) => champion.score(one.transaction, vector) >= champion.info.thresholds.review,
  );
  const frauds = past.filter(({ one }) => one.fraudType !== undefined);
  const caught = flagged.filter(({ one }) => one.fraudType !== undefined);
  const { heldOut } = champion.info;
  assert.ok(heldOut);
  assert.ok(
    isSame(caught.length / frauds.length, frauds.length, heldOut.recall, heldOut.frauds),
    `${caught.length} of ${frauds.length}`,
  );
  assert.ok(frauds.every(({ one }) => one.label !== undefined && one.stretch === 'running'));
});

/** Twenty minutes of the stream as it goes on, faster than the clock, with its labels; gives what was decided of each. */
async function twentyMinutes() {
  const { account } = desk.engine.state;
  const simulator = createPresetSimulator('default', {
    seed: SEED,
    rate: RATE,
    startMs,
    accounts: account.size,
    lastSeenMs: (accountId) => lastSeenMs(account, accountId),
    idPrefix: 'live-',
  });
  const random = createRandom(SEED, 5);
  const labels = createLabelClock();
  const isFraud = new Map<string, boolean>();
  const decided: { readonly score: number; readonly flagged: boolean; readonly fraud: boolean }[] = [];
  desk.onOutput((output) => {
    for (const { decision, transaction } of output.decided) {
      const fraud = isFraud.get(transaction.id) === true;
      decided.push({ score: decision.score, flagged: decision.score >= review, fraud });
    }
  });
  const { review } = desk.inService().serving.champion.info.thresholds;
  let records: LogRecord[] = [];
  for (let sent = 0; sent < PAYMENTS; sent++) {
    const { transaction, fraudType } = simulator.next();
    const at = transaction.occurredAtMs;
    for (const label of labels.due(at)) records.push({ kind: 'label', label });
    records.push({ kind: 'transaction', transaction, receivedAtMs: at });
    isFraud.set(transaction.id, fraudType !== undefined);
    if (fraudType !== undefined)
      labels.schedule(labelFor(transaction, true, at + liveLabelDelayMs(random), 'customer', fraudType));
    if (records.length < BATCH && sent < PAYMENTS - 1) continue;
    await desk.append(records);
    records = [];
    await desk.settled();
  }
  return decided;
}

/** Frauds come in campaigns: so many of them say as much as one drawn alone. */
const FRAUDS_ALIKE = 6;

/** Whether two shares, of so many, can be one by chance: 999 times in a thousand it says yes where they are. */
function isSame(one: number, ofOne: number, other: number, ofOther: number): boolean {
  const mean = (one * ofOne + other * ofOther) / (ofOne + ofOther);
  const variance = Math.max(mean * (1 - mean), 0.02) * FRAUDS_ALIKE * (1 / ofOne + 1 / ofOther);
  return Math.abs(one - other) <= 3.3 * Math.sqrt(variance);
}

test('M15 what a first start says of its model holds on the stream that follows, within what chance does', async () => {
  const { heldOut, thresholds } = desk.inService().serving.champion.info;
  assert.ok(heldOut);
  const decided = await twentyMinutes();
  assert.equal(decided.length, PAYMENTS);
  const frauds = decided.filter(({ fraud }) => fraud);
  const flagged = decided.filter((one) => one.flagged);
  const caught = frauds.filter((one) => one.flagged);
  assert.ok(frauds.length > 60, `${frauds.length} frauds`);
  const ap = averagePrecision(
    Float64Array.from(decided, ({ score }) => score),
    Uint8Array.from(decided, ({ fraud }) => Number(fraud)),
  );
  const said = `held out AP ${heldOut.averagePrecision}, precision ${heldOut.precision}, recall ${heldOut.recall}; live AP ${ap}, ${caught.length} of ${frauds.length} frauds, ${flagged.length} flagged`;
  assert.ok(isSame(ap, frauds.length, heldOut.averagePrecision, heldOut.frauds), said);
  assert.ok(isSame(caught.length / frauds.length, frauds.length, heldOut.recall, heldOut.frauds), said);
  const heldFlagged = heldOut.confusion.truePositives + heldOut.confusion.falsePositives;
  assert.ok(isSame(caught.length / flagged.length, flagged.length, heldOut.precision, heldFlagged), said);
  assert.ok(heldFlagged / heldOut.rows < 0.012, said);
  assert.equal(heldOut.threshold, thresholds.review, 'a new desk serves what was measured');
});

test('M16 M17 thresholds follow what the team can do and the volume, at once and back again', async () => {
  const { settings } = desk.office;
  const entry = {
    atMs: systemClock.nowMs(),
    actor: { kind: 'person', id: 'ann', name: 'Ann' },
    action: 'changed settings',
    subject: 'settings',
  } as const;
  const now = () => desk.inService().serving.champion.info.thresholds;
  const panel = () => modelPanel(desk.inService().serving, null, 0, undefined).work;
  const before = now();
  await settings.change({ reviewsADay: 500 }, entry);
  await desk.refresh();
  assert.deepEqual(now(), before, 'of a volume that nobody knows nothing follows');
  const volume = { perDay: 1_000_000, sinceMs: startMs, beforePerDay: undefined };
  assert.ok(await keepVolume(settings, await keptVolume(settings), volume));
  await desk.refresh();
  const few = now();
  assert.ok(few.review > before.review, `${few.review} after ${before.review}`);
  const work = panel();
  assert.ok(work && work.flagged * 1_000_000 <= 500 && work.reviewsADay === 500, JSON.stringify(work));
  const busier = { perDay: 100_000, sinceMs: startMs + 1, beforePerDay: 1_000_000 };
  assert.ok(await keepVolume(settings, await keptVolume(settings), busier));
  await desk.refresh();
  assert.ok(now().review < few.review, 'of fewer transactions a larger share can be looked at');
  assert.equal(panel()?.volumeBefore, 1_000_000);
  const { mostFlagged = 0 } = panel() ?? {};
  await settings.change({ sampleShare: 0 }, entry);
  await desk.refresh();
  assert.ok(
    Math.abs((panel()?.mostFlagged ?? 0) * 0.95 - mostFlagged) < 1e-12,
    'samples are a part of the work',
  );
  assert.equal(desk.inService().serving.champion.draws, undefined);
  await settings.change({ reviewsADay: null }, entry);
  await desk.refresh();
  assert.deepEqual(now(), before);
});
