// Every model that was ever filed, unchangeable, with its state and who moved it there.
import type { ModelState } from '../../domain/model-state.ts';
import type { GateCheck } from '../../models/gate.ts';
import type { Model, ModelInfo } from '../../models/model.ts';

export type FiledModel = {
  readonly version: string;
  /** Of the artefact, as `sha256sum` prints it. */
  readonly sha256: string;
  readonly state: ModelState;
  /** Share of the accounts a challenger decides for, else 0. */
  readonly share: number;
  readonly filedAtMs: number;
  readonly filedBy: string;
  readonly notes: string;
  readonly info: ModelInfo;
};

export type ModelEvent = {
  readonly id: number;
  readonly atMs: number;
  readonly version: string;
  readonly action: 'filed' | 'moved' | 'rolled back';
  /** Undefined when it was filed. */
  readonly from: ModelState | undefined;
  readonly to: ModelState;
  readonly share: number;
  readonly who: string;
  readonly note: string;
  /** What the gate said, where it was asked. */
  readonly gate: readonly GateCheck[] | undefined;
};

export type Move = {
  readonly to: ModelState;
  /** For a challenger, above 0 and below 1. */
  readonly share?: number;
  readonly who: string;
  readonly note: string;
  readonly gate?: readonly GateCheck[];
  readonly action?: 'moved' | 'rolled back';
  readonly atMs: number;
};

/**
 * **Contract**
 * - MODEL1 A model is filed once and never changes; another artefact of its version is refused.
 * - MODEL2 There is one champion and one challenger at most: whoever comes makes room, and every move is kept.
 * - MODEL3 An artefact that is not what was filed is refused, with what to do.
 *
 * **Caller invariants**
 * - A model was tried (model-trial.ts) before it is filed from outside, and passed the gate, or has why not, before it decides (M9).
 */
export type ModelRegistry = {
  /** Newest first. */
  list(): Promise<readonly FiledModel[]>;
  find(version: string): Promise<FiledModel | undefined>;
  /** Throws InputError when the artefact is damaged, or belongs to another feature catalogue. */
  load(version: string): Promise<Model | undefined>;
  artefact(version: string): Promise<string | undefined>;
  /** Files a model as a candidate; one that is there already stays as it is. */
  file(model: Model, by: string, notes: string, atMs: number): Promise<FiledModel>;
  /** A new champion retires the one before, a new challenger sends the one before back to the candidates. */
  move(version: string, move: Move): Promise<void>;
  /** Newest first. */
  events(limit: number): Promise<readonly ModelEvent[]>;
  serving(): Promise<{
    readonly champion: string | undefined;
    readonly challenger: { readonly version: string; readonly share: number } | undefined;
  }>;
  /** The champion before the one of now. */
  previousChampion(): Promise<string | undefined>;
};
