// Secrets that a desk keeps to itself, such as the key of masked identifiers.
export type DeskSecrets = {
  /** 32 bytes, the same for a name in every process of the desk. */
  secret(name: string): Promise<Buffer>;
};
