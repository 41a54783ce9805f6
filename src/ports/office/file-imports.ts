// Imports of files as they are kept: what was imported by which mapping, and what became of the rows.
import type { FileImport } from '../file-importer.ts';

export const IMPORTS_KEPT = 200;

/**
 * **Contract**
 * - FILES1 What was kept last of an import is there again as it was, the newest import first, and no more of them than 200.
 *
 * **Caller invariants**
 * - An import is kept by the process that runs it, and by no other.
 */
export type FileImports = {
  keep(one: FileImport, nowMs: number): Promise<void>;
  /** With when each was kept last. */
  all(): Promise<readonly { readonly one: FileImport; readonly keptAtMs: number }[]>;
};
