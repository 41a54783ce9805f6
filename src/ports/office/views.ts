// Saved views of a person: a name, and the address of a screen with its filters.
export type SavedView = { readonly name: string; readonly path: string };

/**
 * **Contract**
 * - VIEW1 Views are a person’s own, each name once, and no more than may be.
 */
export type Views = {
  list(person: string): Promise<readonly SavedView[]>;
  /** False when the person has `limit` others already. */
  save(person: string, name: string, path: string, limit: number): Promise<boolean>;
  remove(person: string, name: string): Promise<void>;
};
