// Values of features for a transaction that was decided before they were declared.

export type FilledVector = {
  /** The version of the catalogue that they were computed for. */
  readonly version: number;
  readonly features: readonly { readonly name: string; readonly hash: string }[];
  /** Encoded, in the order of the features. */
  readonly bytes: Uint8Array;
};
