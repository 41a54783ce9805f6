// Previews of features: the newest transactions are read in short pages, a thread computes.
import { InputError } from '../domain/input-error.ts';
import type { Desk } from '../ports/desk.ts';
import type { FeaturePreview, FeaturePreviewer, PreviewQuestion } from '../ports/feature-preview.ts';
import { runOnThreads } from '../training/task-threads.ts';
import type { PastEvent, PastTransaction, PreviewWork } from './feature-preview-worker.ts';
import { oneAtATime } from './one-at-a-time.ts';

const MOST_ROWS = 5000;
/** Short enough that decisions do not wait for it. */
const PAGE = 200;
const MOST_WAITING = 4;
const LONGEST_MS = 20_000;
const WORKER = new URL('./feature-preview-worker.ts', import.meta.url);

type Read = Pick<Desk, 'store'>;

async function latestTransactions({ store }: Read): Promise<PastTransaction[]> {
  const found: PastTransaction[] = [];
  for (let before: number | undefined; found.length < MOST_ROWS; ) {
    const page = await store.transactions(before === undefined ? {} : { before }, PAGE);
    found.push(...page.map(({ offset, transaction, isFraud }) => ({ offset, transaction, isFraud })));
    if (page.length < PAGE) break;
    before = page.at(-1)?.offset;
  }
  return found.reverse();
}

/** Those that came in since a record of the log. */
async function eventsSince({ store }: Read, offset: number): Promise<PastEvent[]> {
  const found: PastEvent[] = [];
  for (let before: number | undefined; found.length < MOST_ROWS; ) {
    const page = await store.events(before === undefined ? {} : { before }, PAGE);
    for (const one of page.items)
      if (one.offset >= offset) found.push({ offset: one.offset, event: one.event });
    if (page.next === undefined || (page.items.at(-1)?.offset ?? 0) < offset) break;
    before = page.next;
  }
  return found.reverse();
}

async function compute(desk: Read, question: PreviewQuestion, longestMs: number): Promise<FeaturePreview> {
  const transactions = await latestTransactions(desk);
  const [first] = transactions;
  const work: PreviewWork = {
    ...question,
    transactions,
    events: first ? await eventsSince(desk, first.offset) : [],
  };
  let answer: FeaturePreview | { readonly refused: string } | undefined;
  const late = new InputError(
    `It took longer than ${longestMs / 1000} s on ${transactions.length} transactions. Make it simpler.`,
  );
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(late), longestMs);
  try {
    await runOnThreads<'preview', FeaturePreview | { readonly refused: string }>({
      module: WORKER,
      work,
      tasks: ['preview'],
      threads: 1,
      signal: stop.signal,
      onMessage(message) {
        answer = message;
        return true;
      },
    });
  } finally {
    clearTimeout(timer);
  }
  if (!answer) throw new Error('the thread ended without an answer');
  if ('refused' in answer) throw new InputError(answer.refused);
  return answer;
}

export function createFeaturePreviewer(desk: Read, longestMs = LONGEST_MS): FeaturePreviewer {
  const inTurn = oneAtATime(MOST_WAITING, 'Other features are being computed.', 5);
  return { preview: (question) => inTurn(() => compute(desk, question, longestMs)) };
}
