// What the thread that fills a catalogue asks of the desk, and what it is answered.

import type { CatalogueForThread } from './catalogue-in-thread.ts';
import type { FillSource } from './fill-replay.ts';

export type FillWork = {
  readonly catalogue: CatalogueForThread;
  readonly version: number;
  /** What is there already. */
  readonly stores: readonly string[];
  readonly features: readonly (readonly [name: string, hash: string])[];
  /** Where histories are kept. */
  readonly folder: string;
};

export type FillDesk = FillSource & {
  /** Encoded entities, to be loaded over what was sent before. */
  entities(part: Uint8Array): Promise<void>;
  /** Everything up to this offset is handed over. Gives the offset to end at, when decisions wait there; undefined: go on. */
  ready(offset: number): Promise<number | undefined>;
  /** Everything up to the end is handed over. */
  done(): Promise<void>;
};

export type FillQuestion = {
  readonly id: number;
  readonly ask: keyof FillDesk;
  readonly about: readonly unknown[];
};
export type FillAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
