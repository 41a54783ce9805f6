// Lists and imported sanctions names, kept with the moment of each change, so that a process takes in only what changed.
import type { ListKind, ListPurpose } from '../lists/entry.ts';
import type { ListedName } from '../lists/name-match.ts';
import type { AuditEntry } from './audit.ts';

export type FiledList = {
  readonly name: string;
  readonly kind: ListKind;
  readonly purpose: ListPurpose;
  readonly note: string;
  readonly entries: number;
};

export type ListEntry = {
  readonly value: string;
  readonly expiresAtMs: number | undefined;
  readonly note: string;
  readonly who: string;
  readonly atMs: number;
};

export type NewEntry = Pick<ListEntry, 'value' | 'expiresAtMs' | 'note'>;

/** What happened to an entry after a revision. */
export type ListChange = {
  readonly list: string;
  readonly value: string;
  readonly expiresAtMs: number | undefined;
  readonly removed: boolean;
};

export type SanctionsSource = {
  readonly name: string;
  readonly names: number;
  readonly importedAtMs: number;
  readonly importedBy: string;
};

export type ListStore = {
  lists(): Promise<readonly FiledList[]>;
  find(name: string): Promise<FiledList | undefined>;
  /** False when there is one of that name. */
  add(list: Pick<FiledList, 'name' | 'kind' | 'purpose' | 'note'>, entry: AuditEntry): Promise<boolean>;
  remove(name: string, entry: AuditEntry): Promise<boolean>;
  entries(list: string, search: string, after: string, limit: number): Promise<readonly ListEntry[]>;
  /** Adds or changes entries, as one transaction; gives how many were new. */
  put(list: string, entries: readonly NewEntry[], entry: AuditEntry): Promise<number>;
  take(list: string, values: readonly string[], entry: AuditEntry): Promise<number>;
  /** Moves with each change of lists, entries and names. */
  revision(): Promise<number>;
  /** Changes after a revision, oldest first, page by page: `after` is the last of the page before. */
  changes(
    sinceRevision: number,
    after: { readonly list: string; readonly value: string } | undefined,
    limit: number,
  ): Promise<readonly ListChange[]>;
  sources(): Promise<readonly SanctionsSource[]>;
  /** Replaces the names of a source, as one transaction. */
  importNames(source: string, names: readonly ListedName[], entry: AuditEntry): Promise<void>;
  removeSource(source: string, entry: AuditEntry): Promise<boolean>;
  /** Names of a source page by page. */
  names(after: number, limit: number): Promise<readonly (ListedName & { readonly seq: number })[]>;
  /** Moves with each import. */
  namesRevision(): Promise<number>;
};
