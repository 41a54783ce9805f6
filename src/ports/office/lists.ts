// Lists and imported sanctions names, kept with the moment of each change, so that a process takes in only what changed.
import type { ListKind, ListPurpose } from '../../domain/list.ts';
import type { ListedName } from '../../lists/name-index.ts';
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
  readonly revision: number;
};

/** The last change that was seen, or only the revision that everything is known of. */
export type ChangePlace = { readonly revision: number; readonly list?: string; readonly value?: string };

export type SanctionsSource = {
  readonly name: string;
  readonly names: number;
  readonly importedAtMs: number;
  readonly importedBy: string;
};

/**
 * Lists and their entries.
 *
 * **Contract**
 * - LIST1 The revision moves with each change of lists, entries and names, and with nothing else.
 * - LIST2 Changes after a place come once each, in the order of their revisions, what was taken out among them.
 * - LIST3 A list holds as many entries as it says; who puts or takes hears how many were new or gone.
 * - LIST4 The name of a list is given once; a list that was removed gives it back, with nothing in it.
 *
 * **Caller invariants**
 * - A list is there when entries are put into it, and no rule in service reads one that is removed (L6).
 * - A value is in one call once, in the form that its kind has.
 */
export type Lists = {
  lists(): Promise<readonly FiledList[]>;
  find(name: string): Promise<FiledList | undefined>;
  /** False when there is one of that name. */
  add(list: Pick<FiledList, 'name' | 'kind' | 'purpose' | 'note'>, entry: AuditEntry): Promise<boolean>;
  remove(name: string, entry: AuditEntry): Promise<boolean>;
  /** A page; it may hold fewer than asked for, and not be the last: `next` is where it goes on. */
  entries(
    list: string,
    search: string,
    after: string,
    limit: number,
  ): Promise<{ readonly entries: readonly ListEntry[]; readonly next: string | undefined }>;
  /**
   * Adds or changes entries, as one transaction; gives how many were new. The line of the audit trail is part of it, unless
   * it was `told` with others before.
   */
  put(list: string, entries: readonly NewEntry[], entry: AuditEntry, told?: 'told'): Promise<number>;
  take(list: string, values: readonly string[], entry: AuditEntry): Promise<number>;
  /** Moves with each change of lists, entries and names. */
  revision(): Promise<number>;
  /** Changes after a place, in the order of their revisions. */
  changes(after: ChangePlace, limit: number): Promise<readonly ListChange[]>;
};

/**
 * Names of imported sanctions lists, by source.
 *
 * **Contract**
 * - LIST5 Names of an edition count together, once it is put in place, instead of those before; an earlier one never replaces a later.
 *
 * **Caller invariants**
 * - All names of an edition are added before it is put in place; what it replaced is swept after, what was given up is dropped.
 */
export type SanctionsNames = {
  sources(): Promise<readonly SanctionsSource[]>;
  /** Begins to replace the names of a source; what it is given to add counts once it is put in place. */
  beginNames(source: string): Promise<number>;
  addNames(source: string, edition: number, names: readonly ListedName[]): Promise<void>;
  /** Puts all names of an edition in place of those before; false when a later one is there by now. */
  putNames(source: string, edition: number, names: number, entry: AuditEntry): Promise<boolean>;
  /** Takes out what was in place before. */
  sweepNames(source: string): Promise<void>;
  /** Takes out an edition that will never be put in place. */
  dropNames(source: string, edition: number): Promise<void>;
  removeSource(source: string, entry: AuditEntry): Promise<boolean>;
  /** Names of all sources page by page; a page may hold fewer than asked for. */
  names(
    after: number,
    limit: number,
  ): Promise<{ readonly names: readonly ListedName[]; readonly next: number | undefined }>;
  /** Moves with each import. */
  namesRevision(): Promise<number>;
};

export type ListStore = Lists & SanctionsNames;
