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
  /** Resolves with at least one record, or with none once the input is closed. */
  take(max: number): Promise<readonly StreamRecord[]>;
  close(): void;
};

/**
 * **Contract**
 * - SOURCE1 Records of a partition come once each, in the order of their offsets, from the offset that was asked for on.
 * - SOURCE2 Whoever takes waits until there is a record, and gets none only once the input is closed.
 * - SOURCE3 Offsets that are gone for good are passed over, told, and hold nothing up.
 *
 * **Caller invariants**
 * - A partition has one input open at a time, and one take under way in it.
 * - Where records are handed over (Spark), an input begins no further back than the one before: what is safe is let go of.
 */
export type StreamSource = {
  open(partition: number, fromOffset: number): PartitionInput;
};

export type LastPublished = Readonly<Record<Output, number>>;

/**
 * The outputs as a broker keeps them. One writer for each partition: who claimed it last.
 *
 * **Contract**
 * - OUTPUT1 Only whoever claimed a partition last can append to it; who claimed it before gets a FencedError.
 * - OUTPUT2 A claim tells the highest source offset that each output holds, -1 where it holds none, whatever claims came between.
 * - OUTPUT3 What an append resolved for is there, in the order in which it was given.
 * - OUTPUT4 An append that failed asks for another claim, which tells what of it is there.
 *
 * **Caller invariants**
 * - Source offsets rise in each output of a partition; appends of a partition come one at a time.
 * - An append is of less than a megabyte: brokers refuse more, however often it is sent.
 */
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
