// Takes labels of a body, some hundreds at a time: those of transactions that are here are stored, the others told with their place.

import { parseVerdict, type Verdict } from '../../domain/label.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Desk } from '../../ports/desk.ts';
import type { AuditEntry } from '../../ports/office/audit.ts';
import type { RejectedRecord } from '../../protocol/decisions.ts';
import type { Read } from './read-labels.ts';

const CHUNK = 500;
const MAX_ERRORS_SHOWN = 1000;

export type LabelFigures = {
  readonly accepted: number;
  readonly frauds: number;
  readonly unknown: number;
  readonly rejected: number;
  readonly errors: readonly RejectedRecord[];
};

export type LabelIntake = {
  /** Takes what stands at a place; every so many are stored. */
  take(one: Read): Promise<void>;
  /** Stores the rest. */
  flush(): Promise<void>;
  figures(): LabelFigures;
};

/** `entry` makes the line of the audit trail for what is stored at once. */
export function createLabelIntake(desk: Desk, entry: (detail: object) => AuditEntry): LabelIntake {
  const errors: RejectedRecord[] = [];
  let accepted = 0;
  let frauds = 0;
  let unknown = 0;
  let rejected = 0;
  let chunk: { readonly place: number; readonly verdict: Verdict }[] = [];

  function reject(index: number, status: number, problems: readonly Problem[]): void {
    rejected++;
    if (errors.length < MAX_ERRORS_SHOWN) errors.push({ index, status, problems });
  }

  async function flush(): Promise<void> {
    if (chunk.length === 0) return;
    const full = chunk;
    chunk = [];
    const known = await desk.store.findKnown(full.map(({ verdict }) => verdict.transactionId));
    const verdicts: Verdict[] = [];
    for (const { place, verdict } of full) {
      const { transactionId } = verdict;
      if (known.has(transactionId)) verdicts.push(verdict);
      else {
        const message = `There is no transaction ${transactionId} to label.`;
        reject(place, 404, [{ pointer: '/transactionId', message }]);
      }
    }
    if (verdicts.length === 0) return;
    const ofFraud = verdicts.filter(({ fraud }) => fraud).length;
    const detail = { labels: verdicts.length, frauds: ofFraud, first: verdicts[0].transactionId };
    await desk.office.alerts.label(verdicts, entry(detail));
    accepted += verdicts.length;
    frauds += ofFraud;
  }

  return {
    async take(one) {
      if (one.kind === 'unknown') unknown++;
      else if (one.kind === 'wrong') reject(one.place, 422, [{ pointer: '', message: one.problem }]);
      else {
        const parsed = parseVerdict(one.value, desk.clock.nowMs(), desk.cards);
        if (parsed.ok) chunk.push({ place: one.place, verdict: parsed.value });
        else reject(one.place, 422, parsed.problems);
      }
      if (chunk.length >= CHUNK) await flush();
    },
    flush,
    figures: () => ({ accepted, frauds, unknown, rejected, errors }),
  };
}
