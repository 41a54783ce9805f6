// The thread's side of task-threads.ts: it is told what the work is, then gets tasks of it one by one, then the next work.
import { parentPort, type Transferable } from 'node:worker_threads';

/** What a thread is told. */
export type TaskEnvelope<Work, Task> =
  | { readonly kind: 'begin'; readonly work: Work }
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'end' };

export type Tell<Message> = (message: Message, transfer?: Transferable[]) => void;

/** `begin` is called with each work and gives what does its tasks; what it made is let go when the work ends. */
export function serveTasks<Work, Task, Message>(
  begin: (work: Work, tell: Tell<Message>) => (task: Task) => void,
): void {
  const port = parentPort;
  if (!port) throw new Error('tasks are served by a worker thread');
  const tell: Tell<Message> = (message, transfer = []) => port.postMessage(message, transfer);
  let take: ((task: Task) => void) | undefined;
  port.on('message', (envelope: TaskEnvelope<Work, Task>) => {
    if (envelope.kind === 'begin') take = begin(envelope.work, tell);
    else if (envelope.kind === 'end') take = undefined;
    else take?.(envelope.task);
  });
}
