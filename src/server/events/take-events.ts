// Events of a body as bulk intake takes them.
import type { CustomerEvent } from '../../domain/customer-event.ts';
import type { Problem } from '../../domain/problem.ts';
import { eventContentHash } from '../../engine/process-batch.ts';
import type { Desk } from '../../ports/desk.ts';
import type { BulkKind } from '../decisions/bulk-intake.ts';

const WRAPPED = /^\s*\{\s*"events"\s*:\s*\[/;
const UNWRAP = 'Send the list itself, without the object around it: [{…}, {…}], or one event a line.';

/** What is wrong with a piece, with a word for those who send lists in an object, or payments. */
function problemsOf(raw: string, problems: readonly Problem[]): readonly Problem[] {
  if (WRAPPED.test(raw)) return [{ pointer: '/events', message: UNWRAP }];
  return problems.map((problem) =>
    problem.pointer === '/amountMinor'
      ? {
          ...problem,
          message: 'An event moves no money: send payments to /v1/transactions or /v1/decisions.',
        }
      : problem,
  );
}

export const eventsOf = (desk: Desk): BulkKind<CustomerEvent> => ({
  source: 'POST /v1/events',
  read: desk.readEvent,
  contentOf: eventContentHash,
  contentsKnown: desk.store.knownEvents,
  accept: desk.acceptEvents,
  otherContent: (id) =>
    `Event ${id} came before with other content. Send a new id, or the content as it was.`,
  problemsOf,
});
