// Training a new candidate from what was decided and labelled here, beside everything else.

export type Retraining = {
  readonly running: boolean;
  readonly step: string;
  /** 0 to 1. */
  readonly done: number;
  /** The last one, once it has ended. */
  readonly last:
    | { readonly ok: true; readonly version: string; readonly text: string }
    | { readonly ok: false; readonly text: string }
    | null;
};

/**
 * **Contract**
 * - TRAIN1 One training is under way at a time; who starts another is told.
 * - TRAIN2 What is trained is filed as a candidate, and decides nothing; where it fails, why is kept until the next.
 */
export type Retrainer = {
  /** Starts in the background; gives the reason where it cannot. */
  start(who: string, notes: string): string | undefined;
  status(): Retraining;
};
