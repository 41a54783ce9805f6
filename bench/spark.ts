// Spark deciding, beside the worker processes in the same run: the same load on the same machine, one after the other.
import type { Row } from './report.ts';
import { benchInstallation, type InstallationPlan } from './stack.ts';

const LATENCY_RATE = 3000;
const RATES = (process.env.BENCH_RATES ?? '8000').split(',').map(Number);

const spark = (trigger: string): readonly string[] => [
  'spark',
  'stream',
  ...['--trigger', trigger],
  ...['--data-dir', '{folder}/spark'],
];

const PLANS: Readonly<Record<string, Pick<InstallationPlan, 'deciders' | 'goals'>>> = {
  'two workers': { deciders: { 'worker-1': ['worker'], 'worker-2': ['worker'] }, goals: {} },
  'Spark, real-time': {
    deciders: { 'spark-streaming': spark('real-time') },
    goals: { decided: 'p50 ≤ 20, p99 ≤ 150 ms', sustained: '8,000/s without growing lag' },
  },
  'Spark, micro-batch': {
    deciders: { 'spark-streaming': spark('micro-batch') },
    goals: { decided: 'p99 ≤ 1,000 ms', sustained: '8,000/s without growing lag' },
  },
};

export async function benchSpark(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, plan] of Object.entries(PLANS)) {
    const found = await benchInstallation({
      ...plan,
      latencyRate: LATENCY_RATE,
      rates: RATES,
      posts: false,
    });
    rows.push(...found.map((row) => ({ ...row, what: `${name}: ${row.what}` })));
  }
  return rows;
}
