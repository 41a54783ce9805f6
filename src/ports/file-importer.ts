// Files of a bank's past that people bring: taken in, looked at, tried, and imported as decided history.
import type { Detection } from '../domain/file-detection.ts';
import type { Problem } from '../domain/problem.ts';
import type { TransactionJson } from '../domain/transaction.ts';

export const MAX_FILE_BYTES = 2 * 1024 ** 3;

/** A file that was taken in. */
export type ImportFile = {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly who: string;
  readonly takenAtMs: number;
  /** Absent where its rows are transactions as the API takes them: they need no mapping. */
  readonly detection?: Detection;
};

/** One of the first rows, as it is and as it will be; cells are without card numbers. */
export type PreviewRow = { readonly line: number; readonly cells: readonly string[] } & (
  | { readonly ok: true; readonly transaction: TransactionJson; readonly fraud?: boolean }
  | { readonly ok: false; readonly problems: readonly Problem[] }
);

export type ImportOrder = {
  /** As a file of a mapping has it; absent for rows that need none. */
  readonly mapping?: unknown;
  /** Everything is read and told, and nothing sent. */
  readonly isTrial: boolean;
  /** After so many days it was known what a payment turned out to be. */
  readonly delayDays: number;
};

export type ImportState = 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';

/** What is wrong with rows, told once for all that have it. */
export type ProblemKind = {
  readonly pointer: string;
  readonly message: string;
  readonly rows: number;
  readonly firstLine: number;
};

/** A row that became no decision of this import: a problem says why, a repetition has none. */
export type RowTold = { readonly line: number; readonly problem: string | undefined };

export type FileImport = {
  readonly id: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly who: string;
  readonly isTrial: boolean;
  readonly delayDays: number;
  readonly state: ImportState;
  /** Why it ended before its end. */
  readonly problem: string | undefined;
  readonly startedAtMs: number;
  /** What was decided from here on is its work: earlier than the start where it goes on with one that was cut short. */
  readonly sinceMs: number;
  readonly endedAtMs: number | undefined;
  readonly bytes: number;
  readonly ofBytes: number;
  /** Rows that were read: each is decided, repeated or rejected; while it runs some are under way. */
  readonly rows: number;
  readonly decided: number;
  readonly repeated: number;
  readonly rejected: number;
  /** Of the decided ones. */
  readonly flagged: number;
  /** What the file says of rows that can be used. */
  readonly frauds: number;
  readonly genuine: number;
  readonly unlabelled: number;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** The commonest first. */
  readonly problems: readonly ProblemKind[];
  /** The first of them. */
  readonly told: readonly RowTold[];
  readonly mapping: unknown;
};

/**
 * **Contract**
 * - IMPORTER1 Of an import that is done, each row of the file is decided, a repetition, or rejected with its line: the counts add up.
 * - IMPORTER2 A trial says what an import would say, and sends nothing.
 * - IMPORTER3 What is taken in lies on disk as nobody but this process can read it, and is gone after a day.
 * - IMPORTER4 One import is under way at a time; it can be ended, and what was decided until then stays.
 * - IMPORTER5 A file whose import was cut short is imported again from its start: what was decided then counts as decided.
 *
 * **Caller invariants**
 * - Whoever asks may send transactions, say what they turned out to be, and see identifiers.
 */
export type FileImporter = {
  /** Takes the bytes of a file to their end. Throws InputError where it is none that is read. */
  take(name: string, who: string, bytes: AsyncIterable<Uint8Array>): Promise<ImportFile>;
  file(id: string): ImportFile | undefined;
  /** False where there is none. */
  drop(id: string): Promise<boolean>;
  /** The first rows. Throws InputError where mapping and file do not fit. */
  preview(id: string, mapping: unknown): Promise<readonly PreviewRow[]>;
  /** Begins. Throws InputError where mapping and file do not fit, or another import is under way. */
  start(id: string, order: ImportOrder, who: string): Promise<FileImport>;
  /** Newest first. */
  imports(): Promise<readonly FileImport[]>;
  find(id: string): Promise<FileImport | undefined>;
  /** False where it is not under way. */
  cancel(id: string): boolean;
  close(): Promise<void>;
};
