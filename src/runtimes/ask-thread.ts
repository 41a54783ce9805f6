// One question to a thread of its own, with memory and time that end: what it is given may be anything.
import { type ResourceLimits, Worker } from 'node:worker_threads';

/** Its answer, or why there is none: it took too long, too much memory, or it ended without one. */
export type Answered<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'late' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'ended' };

/** The module posts one message, a T. Rejects with what the thread throws. */
export function askThread<T>(
  module: URL,
  workerData: unknown,
  resourceLimits: ResourceLimits,
  longestMs: number,
): Promise<Answered<T>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(module, { workerData, resourceLimits });
    const end = (answered: Answered<T>): void => {
      clearTimeout(late);
      resolve(answered);
      void worker.terminate();
    };
    const late = setTimeout(() => end({ kind: 'late' }), longestMs);
    worker.once('message', (answer: T) => end({ kind: 'answer', answer }));
    worker.once('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') end({ kind: 'memory' });
      else {
        clearTimeout(late);
        reject(error);
      }
    });
    worker.once('exit', () => end({ kind: 'ended' }));
  });
}
