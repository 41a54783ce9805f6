// What the desk has decided of late, counted.
import { type Static, Type } from 'typebox';
import { At, Component, List, Nullable, operation } from './operation.ts';

const Count = Type.Integer();
/** Hundredths of the base currency's unit. */
const SumMinor = Type.Number();

export const Latency = Component(
  'Latency',
  { p50: Nullable(Type.Number()), p99: Nullable(Type.Number()), count: Count },
  { description: 'Milliseconds, measured in the last minute; null where nothing was' },
);
export type Latency = Static<typeof Latency>;

export const MinuteCount = Component('MinuteCount', {
  minute: At(),
  transactions: Count,
  reviews: Count,
  declines: Count,
  scoreSum: Type.Number(),
  flaggedMinor: SumMinor,
});
export type MinuteCount = Static<typeof MinuteCount>;

export const RegionCount = Component('RegionCount', {
  country: Type.String({ description: 'ISO 3166-1 alpha-2, or "??" where the transaction named no country' }),
  transactions: Count,
  flagged: Count,
  flaggedMinor: SumMinor,
});
export type RegionCount = Static<typeof RegionCount>;

export const PeriodTotals = Component('PeriodTotals', {
  transactions: Count,
  reviews: Count,
  declines: Count,
  flaggedMinor: SumMinor,
  averageScore: Nullable(Type.Number({ description: 'Null when there were no transactions' })),
});
export type PeriodTotals = Static<typeof PeriodTotals>;

export const Stats = Component('Stats', {
  periodMinutes: Type.Integer({
    description: 'What the totals stand for, ending now; `previous` is the period before it',
  }),
  current: PeriodTotals,
  previous: PeriodTotals,
  transactionsPerMinute: Type.Number({ description: 'Decisions in the last 60 seconds' }),
  pendingAlerts: Count,
  pendingLossMinor: Type.Number({
    description: 'What is expected to be lost by the pending alerts, hundredths of the base currency’s unit',
  }),
  minutes: List(MinuteCount),
  regions: List(RegionCount),
  scoreBins: List(Count, { description: 'Decisions of the period by score, 20 equal bins' }),
  latencyMs: Latency,
  simulatedUntil: Nullable(
    At({
      description:
        'Until then counts are of a simulated past that was decided at the first start; null where there is none',
    }),
  ),
});
export type Stats = Static<typeof Stats>;

export const getStats = operation({
  id: 'getStats',
  method: 'GET',
  path: '/v1/stats',
  capability: 'figures',
  summary: 'Counts of the last minutes',
  permission: 'read',
  query: Type.Object(
    { minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440, default: 60 })) },
    { additionalProperties: false },
  ),
  answers: { 200: Stats },
});
