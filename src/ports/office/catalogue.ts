// The catalogue document's versions: one draft that is written, one that decides, and all that decided before.
import type { CatalogueState, FilledFrom } from '../../domain/catalogue-version.ts';
import type { AuditEntry } from './audit.ts';

export type CatalogueVersion = {
  readonly version: number;
  readonly state: CatalogueState;
  /** Of the document's text. */
  readonly documentHash: string;
  /** Of the catalogue that it is compiled to: decisions name it. */
  readonly catalogueHash: string;
  readonly author: string;
  /** Whoever wrote it may not put it into service where two are asked for. */
  readonly authorId: string;
  readonly note: string;
  readonly createdAtMs: number;
  readonly movedBy: string | undefined;
  readonly movedAtMs: number | undefined;
  /** When it went live last; undefined where it never did. */
  readonly servedAtMs: number | undefined;
  /** The first record of the log that it decided when it went live last; undefined where it never did, or partitions have one each. */
  readonly liveFrom: number | undefined;
  /** Why it cannot be used, where a process found so. */
  readonly problem: string | undefined;
  /** Features that are switched off: their values are missing, their histories are kept. */
  readonly disabled: readonly string[];
  readonly filledFrom: readonly FilledFrom[];
};

export type FiledCatalogue = CatalogueVersion & { readonly document: string };

export type CatalogueDraft = Pick<FiledCatalogue, 'document' | 'documentHash' | 'catalogueHash' | 'note'>;

/**
 * **Contract**
 * - CATALOGUE1 A version is what was filed; a draft that is written anew is the next version, and no number is given twice.
 * - CATALOGUE2 There is one draft, one that is filled and one live version at most: whoever goes live retires the one before.
 * - CATALOGUE3 A draft is written, moved or discarded as it was seen, or not at all: of two people at once one is heard.
 * - CATALOGUE4 The revision moves with each change of what serves, and not with a draft.
 * - CATALOGUE5 A document that served is found by the hash of its catalogue for ever; of several versions with that hash the newest.
 *
 * **Caller invariants**
 * - A document was checked and compiled before it is filed; who may move it is looked at before (O13).
 * - "{version}" in an entry of a draft becomes its number.
 */
export type CatalogueBook = {
  /** Without their documents, newest first. */
  versions(limit: number): Promise<readonly CatalogueVersion[]>;
  find(version: number): Promise<FiledCatalogue | undefined>;
  /** The one in this state; undefined where there is none: then the catalogue of the program is live. */
  inState(state: Exclude<CatalogueState, 'retired'>): Promise<FiledCatalogue | undefined>;
  /** Those that served before the one that is live, newest first. */
  servedBefore(limit: number): Promise<readonly FiledCatalogue[]>;
  byCatalogueHash(hash: string): Promise<FiledCatalogue | undefined>;
  /** Files the next version as the draft and gives its number; undefined where the draft is not the one that was seen. */
  file(draft: CatalogueDraft, seen: number | undefined, entry: AuditEntry): Promise<number | undefined>;
  /** False where the draft is another one. */
  discard(seen: number, entry: AuditEntry): Promise<boolean>;
  /** Moves a version; false where it was not in `from` any more. What is said of its histories is kept with it. */
  move(
    version: number,
    from: CatalogueState,
    to: CatalogueState,
    filledFrom: readonly FilledFrom[],
    entry: AuditEntry,
    liveFrom?: number,
  ): Promise<boolean>;
  /** Switches a feature of the live version off or on; false where it was so, or another version is live. */
  switchFeature(version: number, feature: string, isOff: boolean, entry: AuditEntry): Promise<boolean>;
  /** Keeps why a version cannot be used by a process, or that it can. */
  tell(version: number, problem: string | undefined): Promise<void>;
  /** Keeps from where on the histories of a version are whole. */
  tellFilled(version: number, filledFrom: readonly FilledFrom[]): Promise<void>;
  /** Moves with each change of what is in service. */
  revision(): Promise<number>;
};
