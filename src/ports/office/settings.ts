// Settings that administrators change while the desk runs.
import { DEFAULT_FLOORS } from '../../models/thresholds.ts';
import type { AuditEntry } from './audit.ts';

export type DeskSettings = {
  /** Whoever wrote a rule may not put it into service, and lists that approve are changed by two. */
  readonly fourEyesRules: boolean;
  /** Whoever proposes to close a case may not close it. */
  readonly fourEyesCases: boolean;
  /** Whoever proposes a model to decide may not put it into service. */
  readonly fourEyesModels: boolean;
  /** Flagged transactions that the team can look at in a day; null for a share of what comes. */
  readonly reviewsADay: number | null;
  /** Of what the team looks at, and of what is declined, so much has to be fraud. */
  readonly reviewPrecision: number;
  readonly declinePrecision: number;
  /** Of what the team can look at, so much goes to samples: approved transactions that were drawn. 0 for none. */
  readonly sampleShare: number;
};

export const DEFAULT_SETTINGS: DeskSettings = {
  fourEyesRules: false,
  fourEyesCases: false,
  fourEyesModels: false,
  reviewsADay: null,
  ...DEFAULT_FLOORS,
  sampleShare: 0.05,
};

/**
 * **Contract**
 * - SETTING1 What nobody changed is as preset, and a change leaves the others.
 * - SETTING2 What is kept by a name is kept once: whoever comes second gets the first.
 * - SETTING3 What is kept is replaced by whoever saw what was there: of two at once one is heard.
 */
export type Settings = {
  read(): Promise<DeskSettings>;
  /** Keeps a value by this name if none is kept yet; gives the one that is. No administrator sees or changes it. */
  keep(name: string, value: string): Promise<string>;
  /** The value kept by this name; undefined where none is. */
  kept(name: string): Promise<string | undefined>;
  /** Keeps another value by this name where `before` is the one that is kept, undefined for none; whether it did. */
  replace(name: string, before: string | undefined, value: string): Promise<boolean>;
  change(changes: Partial<DeskSettings>, entry: AuditEntry): Promise<DeskSettings>;
};
