// What the rows of a labelled file were: for whoever wonders why so few of them count.
import type { InputRow } from '../adapters/files/csv-rows.ts';
import { momentText } from '../domain/iso-time.ts';

/** So many kinds of problems are told apart; a file of noise has no more reasons than that. */
const MOST_KINDS = 1000;
const REASONS_SHOWN = 3;

type Reason = { count: number; readonly line: number; readonly message: string };

export type RowsSeen = {
  add(row: InputRow, isRepeated: boolean): void;
  /** Rows with a label that can be learnt from. */
  readonly usable: number;
  /** Rows that are neither learnt from nor measured by. */
  readonly leftOut: number;
  /** In sentences, the commonest reasons a line each. */
  about(): string;
};

/** The same for rows that differ in values alone. */
const kindOf = (pointer: string, message: string): string =>
  `${pointer} ${message.replaceAll(/"[^"]*"/g, '""').replaceAll(/-?\d+(\.\d+)?/g, '0')}`.slice(0, 300);

export function createRowsSeen(): RowsSeen {
  const reasons = new Map<string, Reason>();
  const counts = { rows: 0, fraud: 0, genuine: 0, unlabelled: 0, bad: 0, repeated: 0 };
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  const addReason = (line: number, pointer: string, message: string): void => {
    const kind = kindOf(pointer, message);
    const known = reasons.get(kind);
    if (known) known.count++;
    else if (reasons.size < MOST_KINDS) reasons.set(kind, { count: 1, line, message });
  };
  return {
    add(row, isRepeated) {
      counts.rows++;
      if (isRepeated) {
        counts.repeated++;
        return;
      }
      if (!row.ok) {
        counts.bad++;
        const [{ pointer, message }] = row.problems;
        addReason(row.line, pointer, message);
        return;
      }
      if (row.fraud === undefined) counts.unlabelled++;
      else if (row.fraud) counts.fraud++;
      else counts.genuine++;
      firstMs = Math.min(firstMs, row.transaction.occurredAtMs);
      lastMs = Math.max(lastMs, row.transaction.occurredAtMs);
    },
    get usable() {
      return counts.fraud + counts.genuine;
    },
    get leftOut() {
      return counts.bad + counts.unlabelled + counts.repeated;
    },
    about() {
      const { rows, fraud, genuine, unlabelled, bad, repeated } = counts;
      const span = firstMs <= lastMs ? `, from ${momentText(firstMs)} to ${momentText(lastMs)}` : '';
      const told = [
        `Of ${rows} rows that were read${span}, ${fraud} are fraud, ${genuine} genuine, ${unlabelled} have no label and ${bad} could not be used.` +
          (repeated > 0 ? ` ${repeated} have the id of a row before them and were left out.` : ''),
        ...[...reasons.values()]
          .sort((a, b) => b.count - a.count)
          .slice(0, REASONS_SHOWN)
          .map(({ count, line, message }) => `  ${count} × as in line ${line}: ${message}`),
      ];
      return told.join('\n');
    },
  };
}
