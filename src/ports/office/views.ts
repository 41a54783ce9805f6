// Saved views of a person: a name, and the address of a screen with its filters.
export type SavedView = { readonly name: string; readonly path: string };

export type Views = {
  list(person: string): Promise<readonly SavedView[]>;
  /** False when the person has `limit` others already. */
  save(person: string, name: string, path: string, limit: number): Promise<boolean>;
  remove(person: string, name: string): Promise<void>;
};
