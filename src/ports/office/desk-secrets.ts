// Secrets that a desk keeps to itself, such as the key of masked identifiers.
/**
 * **Contract**
 * - SECRET1 A secret is 32 bytes that were drawn once: the same whoever asks, another for every other name.
 */
export type DeskSecrets = {
  /** 32 bytes, the same for a name in every process of the desk. */
  secret(name: string): Promise<Buffer>;
};
