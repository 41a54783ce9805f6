// Tasks shared out to worker threads, one at a time to each: whoever is done gets the next. Threads are kept for a while:
// the next model is trained by code that is compiled already.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { TaskEnvelope } from './serve-tasks.ts';

export type TaskThreads<Task, Message> = {
  readonly threads: number;
  /**
   * Resolves once all tasks are done; no more of them than there are threads are all under way at once. `onMessage` hears
   * every message and answers true when it ends its task; what it throws ends everything, and so does a signal. Rejects
   * when a thread fails.
   */
  run(tasks: readonly Task[], onMessage: (message: Message) => boolean, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

const KEPT_MS = 10_000;

/** Threads without work, by the module that they run. */
const idle = new Map<string, { readonly worker: Worker; readonly timer: NodeJS.Timeout }[]>();

function takeThread(module: URL): Worker {
  const kept = idle.get(module.href)?.pop();
  if (!kept) return new Worker(module);
  clearTimeout(kept.timer);
  kept.worker.removeAllListeners();
  kept.worker.ref();
  return kept.worker;
}

/** Whatever a thread dies of, it fails the work it was given and nothing else. */
function onDeath(worker: Worker, failed: (error: Error) => void): void {
  worker.on('error', failed);
  worker.on('messageerror', failed);
  worker.on('exit', (code) => failed(new Error(`a worker thread ended with ${code} before its work`)));
}

function keepThread(module: URL, worker: Worker): void {
  const leave = (): void => {
    const left = idle.get(module.href)?.filter((kept) => kept.worker !== worker) ?? [];
    idle.set(module.href, left);
  };
  worker.removeAllListeners();
  worker.unref();
  worker.on('error', leave);
  worker.on('exit', leave);
  const timer = setTimeout(() => {
    leave();
    void worker.terminate();
  }, KEPT_MS);
  timer.unref();
  idle.set(module.href, [...(idle.get(module.href) ?? []), { worker, timer }]);
}

/**
 * Gives worker threads that run a module, which serves tasks of `work`; as many as there are cores where no number is
 * given.
 */
export function openThreads<Task, Message>(
  module: URL,
  work: unknown,
  threads = availableParallelism(),
): TaskThreads<Task, Message> {
  const workers = Array.from({ length: threads }, () => takeThread(module));
  let failure: Error | undefined;
  for (const worker of workers) {
    onDeath(worker, (error) => {
      failure = error;
    });
  }
  const say = (worker: Worker, envelope: TaskEnvelope<unknown, Task>): void => worker.postMessage(envelope);
  for (const worker of workers) say(worker, { kind: 'begin', work });
  let running = 0;
  return {
    threads,
    async run(tasks, onMessage, signal) {
      let next = 0;
      if (failure) throw failure;
      running++;
      await Promise.all(
        workers.map(
          (worker) =>
            new Promise<void>((resolve, reject) => {
              const giveWork = (): void => {
                if (next >= tasks.length) resolve();
                else say(worker, { kind: 'task', task: tasks[next++] });
              };
              worker.removeAllListeners();
              onDeath(worker, (error) => {
                failure = error;
                reject(error);
              });
              if (signal?.aborted) reject(signal.reason);
              signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
              worker.on('message', (message: Message) => {
                try {
                  if (onMessage(message)) giveWork();
                } catch (error) {
                  reject(error);
                }
              });
              giveWork();
            }),
        ),
      );
      running--;
    },
    async close() {
      // After a failure tasks may still be under way.
      if (running > 0 || failure) await Promise.all(workers.map((worker) => worker.terminate()));
      else {
        for (const worker of workers) {
          say(worker, { kind: 'end' });
          keepThread(module, worker);
        }
      }
    },
  };
}

/** The same for one list of tasks. Resolves with the number of threads. */
export async function runOnThreads<Task, Message>(parts: {
  readonly module: URL;
  readonly work: unknown;
  readonly tasks: readonly Task[];
  readonly threads: number | undefined;
  readonly onMessage: (message: Message) => boolean;
  readonly signal?: AbortSignal;
}): Promise<number> {
  const { module, work, tasks, onMessage, signal } = parts;
  const threads = openThreads<Task, Message>(
    module,
    work,
    Math.min(parts.threads ?? availableParallelism(), tasks.length),
  );
  try {
    await threads.run(tasks, onMessage, signal);
  } finally {
    await threads.close();
  }
  return threads.threads;
}
