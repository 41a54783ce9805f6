// Settings that administrators change while the desk runs.
import type { AuditEntry } from './audit.ts';

export type DeskSettings = {
  /** Whoever wrote a rule may not put it into service, and lists that approve are changed by two. */
  readonly fourEyesRules: boolean;
  /** Whoever proposes to close a case may not close it. */
  readonly fourEyesCases: boolean;
  /** Whoever proposes a model to decide may not put it into service. */
  readonly fourEyesModels: boolean;
};

export const DEFAULT_SETTINGS: DeskSettings = {
  fourEyesRules: false,
  fourEyesCases: false,
  fourEyesModels: false,
};

/**
 * **Contract**
 * - SETTING1 What nobody changed is as preset, and a change leaves the others.
 * - SETTING2 What is kept by a name is kept once: whoever comes second gets the first.
 */
export type Settings = {
  read(): Promise<DeskSettings>;
  /** Keeps a value by this name if none is kept yet; gives the one that is. No administrator sees or changes it. */
  keep(name: string, value: string): Promise<string>;
  /** The value kept by this name; undefined where none is. */
  kept(name: string): Promise<string | undefined>;
  change(changes: Partial<DeskSettings>, entry: AuditEntry): Promise<DeskSettings>;
};
