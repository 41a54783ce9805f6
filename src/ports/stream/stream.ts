// A partitioned stream as the engine sees it: records in, messages out. Both are ordered within a partition.

export type StreamRecord = {
  readonly offset: number;
  /** When the record was written, in epoch milliseconds. */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: ReadonlyMap<string, string>;
};

/** Where a message goes: decisions and labels to one topic, what could not be read to another. */
export const OUTPUTS = ['decisions', 'dead-letters'] as const;
export type Output = (typeof OUTPUTS)[number];

export type StreamMessage = {
  readonly output: Output;
  /** Offset of the record that this message answers. */
  readonly sourceOffset: number;
  readonly key: string;
  readonly value: Uint8Array;
  /** W3C trace context of the record, passed on. */
  readonly traceparent: string | undefined;
};

/** The records of one partition from an offset on. */
export type PartitionInput = {
  /** Resolves with at least one record, or with none once the input is closed. Rejects when offsets are gone for good. */
  take(max: number): Promise<readonly StreamRecord[]>;
  close(): void;
};

export type StreamSource = {
  open(partition: number, fromOffset: number): PartitionInput;
};

export type LastPublished = Readonly<Record<Output, number>>;

/** The outputs as a broker keeps them. One writer for each partition: who claimed it last. */
export type OutputLog = {
  /**
   * From now on nobody who claimed the partition before can append to it. Gives the highest source offset that
   * each output holds, -1 when it holds none.
   */
  claim(partition: number): Promise<LastPublished>;
  /**
   * Resolves when all are durable. Throws FencedError when somebody else claimed the partition; any other error
   * leaves open whether they were appended, and asks for another claim.
   */
  append(partition: number, messages: readonly StreamMessage[]): Promise<void>;
};
