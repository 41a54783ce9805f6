// What was found of a file that somebody wants to import: its columns, the mapping that is proposed, and what has to be asked.
import type { FieldType } from './data-model.ts';

/** A mapping as the file of one has it; what is still asked is absent. */
export type MappingDocument = Readonly<Record<string, unknown>>;

export type Choice = {
  /** What stands in the mapping then; null for nothing. */
  readonly value: unknown;
  readonly text: string;
};

export type Question = {
  /** Where in the mapping its answer goes. */
  readonly pointer: string;
  readonly text: string;
  readonly choices: readonly Choice[];
  /** What may be said besides the choices: the name of a time zone, the code of a currency. */
  readonly takes?: 'zone' | 'currency';
};

export type DetectedColumn = {
  readonly name: string;
  readonly filled: number;
  readonly empty: number;
  readonly different: number;
  /** Up to three, without card numbers; none of a column that may not be kept. */
  readonly samples: readonly string[];
  /** What it would be as a field of one's own. */
  readonly attribute: string;
  readonly type: FieldType;
  /** What it was taken for, how sure that is, and why. */
  readonly confidence: number;
  readonly why: string;
};

export type Detection = {
  readonly rows: number;
  readonly columns: readonly DetectedColumn[];
  readonly mapping: MappingDocument;
  readonly questions: readonly Question[];
  /** What whoever looks should know. */
  readonly notes: readonly string[];
};
