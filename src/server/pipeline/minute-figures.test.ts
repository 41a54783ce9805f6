import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartHealth } from '../../ports/desk.ts';
import type { MinuteCount } from '../../protocol/figures.ts';
import { createMinuteFigures, KEPT_FIGURE_MINUTES } from './minute-figures.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 5, 12);

const part = (errors: number, waiting: number, p99: number): PartHealth => ({
  name: 'engine',
  title: 'Engine',
  status: 'up',
  measures: 'one transaction',
  latency: { p50: 1, p99, count: 10 },
  perSecond: waiting,
  waiting,
  errors,
  lastAtMs: undefined,
  detail: '',
});
const nothing = { p50: null, p99: null, count: 0 };
const countsAt = (atMs: number, transactions: number): MinuteCount => ({
  minute: new Date(atMs).toISOString(),
  transactions,
  reviews: 0,
  declines: 0,
  scoreSum: 0,
  flaggedMinor: 0,
});

test('U1 a minute tells the most that waited, the mean rate and the errors that came in it, of each part', () => {
  const figures = createMinuteFigures();
  figures.note([part(5, 10, 3)], { p50: 2, p99: 9, count: 4 }, START_MS);
  figures.note([part(7, 30, 4)], { p50: 2, p99: 8, count: 4 }, START_MS + 5000);
  // The process behind it was started again: its counter, too.
  figures.note([part(1, 20, 5)], { p50: 2, p99: 7, count: 4 }, START_MS + MINUTE_MS);
  const { points, stepMinutes } = figures.points(2, START_MS + MINUTE_MS + 1, [countsAt(START_MS, 120)]);
  assert.equal(stepMinutes, 1);
  assert.deepEqual(
    points.map(({ measured, transactions, decisionMs, parts }) => [
      measured,
      transactions,
      decisionMs.p99,
      parts[0]?.errors,
      parts[0]?.waiting,
      parts[0]?.perSecond,
      parts[0]?.latencyMs.p99,
    ]),
    [
      [false, 0, null, undefined, undefined, undefined, undefined],
      [true, 120, 8, 2, 30, 20, 4],
      [true, 0, 7, 1, 20, 20, 5],
    ],
  );
});

test('U1 a point of a day stands for a quarter of an hour, by its slowest minute; no more than a day is kept', () => {
  const figures = createMinuteFigures();
  const minutes = KEPT_FIGURE_MINUTES + 30;
  for (let minute = 0; minute < minutes; minute++)
    figures.note([part(0, minute, minute)], nothing, START_MS + minute * MINUTE_MS);
  const nowMs = START_MS + (minutes - 1) * MINUTE_MS;
  const { points, stepMinutes } = figures.points(1440, nowMs, []);
  assert.equal(stepMinutes, 15);
  assert.equal(points.length, 97);
  assert.deepEqual([points[0].at, points[0].measured], ['2026-01-05T12:15:00.000Z', false]);
  assert.deepEqual([points[1].measured, points[1].parts[0].latencyMs.p99], [true, 44]);
  assert.equal(points.at(-1)?.parts[0].waiting, minutes - 1);
});
