// What became of the rows of an import, counted: each is decided, a repetition, or rejected with its line.
import type { Problem } from '../domain/problem.ts';
import type { FileImport, ProblemKind, RowTold } from '../ports/file-importer.ts';

const MOST_KINDS = 500;
const KINDS_SHOWN = 50;
const MOST_TOLD = 1000;

type Counted = Pick<
  FileImport,
  | 'rows'
  | 'decided'
  | 'repeated'
  | 'rejected'
  | 'flagged'
  | 'frauds'
  | 'genuine'
  | 'unlabelled'
  | 'firstMs'
  | 'lastMs'
  | 'problems'
  | 'told'
>;

export type ImportTally = {
  /** A row was read that can be used. */
  read(occurredAtMs: number, fraud: boolean | undefined): void;
  decided(isFlagged: boolean): void;
  repeated(line: number): void;
  rejected(line: number, problems: readonly Problem[]): void;
  /** A row was read that cannot be used. */
  unreadable(line: number, problems: readonly Problem[]): void;
  figures(): Counted;
};

/** The same for rows that differ in values alone. */
const kindOf = ({ pointer, message }: Problem): string =>
  `${pointer} ${message.replaceAll(/"[^"]*"/g, '""').replaceAll(/-?\d+(\.\d+)?/g, '0')}`.slice(0, 300);

export function createImportTally(): ImportTally {
  const counts = {
    rows: 0,
    decided: 0,
    repeated: 0,
    rejected: 0,
    flagged: 0,
    frauds: 0,
    genuine: 0,
    unlabelled: 0,
  };
  const kinds = new Map<string, { -readonly [K in keyof ProblemKind]: ProblemKind[K] }>();
  const told: RowTold[] = [];
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  const tell = (line: number, problem: string | undefined): void => {
    if (told.length < MOST_TOLD) told.push({ line, problem });
  };
  function rejected(line: number, problems: readonly Problem[]): void {
    counts.rejected++;
    const [first = { pointer: '', message: 'It cannot be used.' }] = problems;
    tell(line, first.message);
    const kind = kindOf(first);
    const known = kinds.get(kind);
    if (known) {
      known.rows++;
      known.firstLine = Math.min(known.firstLine, line);
    } else if (kinds.size < MOST_KINDS) {
      kinds.set(kind, { pointer: first.pointer, message: first.message, rows: 1, firstLine: line });
    }
  }
  return {
    read(occurredAtMs, fraud) {
      counts.rows++;
      if (fraud === undefined) counts.unlabelled++;
      else if (fraud) counts.frauds++;
      else counts.genuine++;
      firstMs = Math.min(firstMs, occurredAtMs);
      lastMs = Math.max(lastMs, occurredAtMs);
    },
    decided(isFlagged) {
      counts.decided++;
      if (isFlagged) counts.flagged++;
    },
    repeated(line) {
      counts.repeated++;
      tell(line, undefined);
    },
    rejected,
    unreadable(line, problems) {
      counts.rows++;
      rejected(line, problems);
    },
    figures: () => ({
      ...counts,
      firstMs: firstMs <= lastMs ? firstMs : undefined,
      lastMs: firstMs <= lastMs ? lastMs : undefined,
      problems: [...kinds.values()].sort((a, b) => b.rows - a.rows).slice(0, KINDS_SHOWN),
      told: [...told].sort((a, b) => a.line - b.line),
    }),
  };
}
