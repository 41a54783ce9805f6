// A version of the catalogue document: what it may be, and what may become of it.

/** A draft is written and judged; filling: its histories are computed; live: it decides; retired: it did. */
export const CATALOGUE_STATES = ['draft', 'filling', 'live', 'retired'] as const;
export type CatalogueState = (typeof CATALOGUE_STATES)[number];

/** Of a document as it is written, in bytes. */
export const MAX_DOCUMENT_BYTES = 2 << 20;

/** Version 0 is the catalogue that a program comes with: it is live where no other is, and nowhere stored. */
export const STANDARD_VERSION = 0;

/** From where on a history is whole: what was there before a version went live counts in none that it brought. */
export type FilledFrom = {
  readonly entity: string;
  /** The features that read it. */
  readonly features: readonly string[];
  /** The first record of the log that it holds; undefined where several partitions have one each. */
  readonly offset: number | undefined;
  readonly atMs: number;
};

/** How far a version is that is being filled. */
export type FillProgress = {
  readonly version: number;
  /** `replaying`: through the log; `changing`: what was filled is taken over. */
  readonly step: 'replaying' | 'changing';
  /** Records gone through, and how many there are by now. */
  readonly records: number;
  readonly of: number;
  readonly perSecond: number;
  /** Undefined while nobody can say. */
  readonly remainingSeconds: number | undefined;
  readonly startedAtMs: number;
};
