// Backtests: drafts are tried on the past by threads.
import { randomUUID } from 'node:crypto';
import { InputError } from '../domain/input-error.ts';
import type { ListedName } from '../lists/name-index.ts';
import type { Backtester, BacktestQuestion, BacktestStatus } from '../ports/backtester.ts';
import type { Desk } from '../ports/desk.ts';
import type { Office } from '../ports/office/office.ts';
import { addCounts, type BacktestCounts, emptyCounts } from '../rules/backtest.ts';
import { listsRead } from '../rules/check.ts';
import { withoutTexts } from '../rules/past-columns.ts';
import { vocabularyOf } from '../rules/vocabulary.ts';
import { runOnThreads } from '../training/task-threads.ts';
import type { BacktestMessage, BacktestTask, BacktestWork } from './backtest-worker.ts';
import { namePages } from './lists-in-memory.ts';
import { keepPast, type Past } from './past-at-hand.ts';

const ROWS_A_TASK = 10_000;
const AT_ONCE = 2;
const REMEMBERED = 20;
const LIST_PAGE = 1000;
/** A million rows take some ten seconds. */
const LONGEST_TRIAL_MS = 2 * 60_000;
const WORKER = new URL('./backtest-worker.ts', import.meta.url);

type Job = { status: BacktestStatus; readonly stop: AbortController };
class Cancelled extends Error {}

/** Aborted when the job is cancelled, or takes too long. */
function trialSignal(job: Job): AbortSignal {
  const late = AbortSignal.timeout(LONGEST_TRIAL_MS);
  late.addEventListener('abort', () =>
    job.stop.abort(
      new Error(
        `It took longer than ${LONGEST_TRIAL_MS / 60_000} minutes. Try it on fewer transactions, or make it simpler.`,
      ),
    ),
  );
  return job.stop.signal;
}

/** Tries an expression on columns; `onRows` hears how many rows are done. A draft that takes too much ends it. */
export async function tryOnColumns(
  past: Past,
  expression: string,
  lists: BacktestWork['lists'],
  names: BacktestWork['names'],
  onRows: (rows: number) => void,
  {
    threads,
    signal,
    matureUntilMs = Number.POSITIVE_INFINITY,
  }: { readonly threads?: number; readonly signal?: AbortSignal; readonly matureUntilMs?: number } = {},
): Promise<{ readonly counts: BacktestCounts; readonly threads: number; readonly runMs: number }> {
  const { catalogue, columns, ids } = past;
  const tasks: BacktestTask[] = [];
  for (let from = 0; from < columns.rows; from += ROWS_A_TASK) {
    tasks.push({ from, until: Math.min(columns.rows, from + ROWS_A_TASK) });
  }
  const counts = emptyCounts();
  const started = performance.now();
  const work: BacktestWork = {
    vocabulary: vocabularyOf(catalogue),
    expression,
    columns: withoutTexts(columns, expression),
    lists,
    names,
    matureUntilMs,
  };
  const used = await runOnThreads<BacktestTask, BacktestMessage>({
    module: WORKER,
    work,
    tasks,
    threads,
    signal,
    onMessage(message) {
      if (message.problem !== undefined)
        throw new InputError(`In service this rule would be left out. ${message.problem}`);
      addCounts(counts, message.counts);
      onRows(counts.rows);
      return true;
    },
  });
  const sample = counts.sample.map((row) => ids[Number(row)]);
  return { counts: { ...counts, sample }, threads: used, runMs: performance.now() - started };
}

/** `nowMs` says how old what is kept of the past is. */
export function createBacktester(
  desk: Pick<Desk, 'office' | 'inService' | 'catalogues'>,
  nowMs: () => number,
): Backtester {
  const { office } = desk;
  const jobs = new Map<string, Job>();
  const past = keepPast(desk, nowMs);

  async function run({ expression, maxRows, matureUntilMs }: BacktestQuestion, job: Job): Promise<void> {
    const found = await past.atHand(maxRows, job.stop.signal, (done) => {
      job.status = { ...job.status, done };
    });
    job.stop.signal.throwIfAborted();
    job.status = { ...job.status, state: 'running', done: 0, of: found.columns.rows };
    const [lists, names] = [await listsOf(office, expression), await namesOf(office, expression)];
    const { counts, runMs, threads } = await tryOnColumns(
      found,
      expression,
      lists,
      names,
      (done) => {
        job.status = { ...job.status, done };
      },
      { signal: trialSignal(job), matureUntilMs },
    );
    job.status = { ...job.status, state: 'done', done: found.columns.rows, counts, runMs, threads };
  }

  const underWay = (): number =>
    [...jobs.values()].filter(({ status }) => status.state === 'reading' || status.state === 'running')
      .length;

  return {
    start(question) {
      if (underWay() >= AT_ONCE)
        return { problem: `${AT_ONCE} backtests are under way. Wait for one, or cancel it.` };
      const id = randomUUID();
      const job = newJob(id, question);
      jobs.set(id, job);
      for (const old of jobs.keys()) if (jobs.size > REMEMBERED) jobs.delete(old);
      run(question, job).catch((error: Error) => {
        const cancelled = error instanceof Cancelled;
        job.status = {
          ...job.status,
          state: cancelled ? 'cancelled' : 'failed',
          problem: cancelled ? undefined : error.message,
        };
      });
      return { id };
    },
    status: (id) => jobs.get(id)?.status,
    cancel(id) {
      const job = jobs.get(id);
      if (!job || (job.status.state !== 'reading' && job.status.state !== 'running')) return false;
      job.stop.abort(new Cancelled());
      return true;
    },
    async close() {
      past.close();
      for (const job of jobs.values()) job.stop.abort(new Cancelled());
    },
  };
}

const newJob = (id: string, { maxRows }: BacktestQuestion): Job => ({
  stop: new AbortController(),
  status: {
    id,
    state: 'reading',
    done: 0,
    of: maxRows,
    problem: undefined,
    counts: undefined,
    runMs: undefined,
    threads: undefined,
  },
});

/** The lists that an expression reads, whole. */
async function listsOf({ lists }: Pick<Office, 'lists'>, expression: string): Promise<BacktestWork['lists']> {
  const found = [];
  for (const name of listsRead(expression)) {
    const list = await lists.find(name);
    if (!list) continue;
    const entries = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof lists.entries>> = await lists.entries(name, '', after, LIST_PAGE);
      for (const { value, expiresAtMs } of page.entries) entries.push({ value, expiresAtMs });
      after = page.next;
    }
    found.push({ name, kind: list.kind, entries });
  }
  return found;
}

/** The names that an expression compares with, where it does. */
async function namesOf({ lists }: Pick<Office, 'lists'>, expression: string): Promise<readonly ListedName[]> {
  if (!expression.includes('sanctionMatch')) return [];
  const all: ListedName[] = [];
  for await (const page of namePages(lists)) for (const name of page) all.push(name);
  return all;
}
