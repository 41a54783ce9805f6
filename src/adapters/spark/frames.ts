// The bytes between a Spark task and its engine process: frames over standard input and output. Each is a length
// (four bytes, of what follows), a kind (one byte) and a body; numbers are little-endian. Decision 010 says why.
import type { StreamRecord } from '../../ports/stream/stream.ts';

export const PROTOCOL = 1;

export const KIND = {
  hello: 1,
  records: 2,
  flush: 3,
  ping: 4,
  progress: 5,
  ready: 0x81,
  done: 0x82,
  flushed: 0x83,
  pong: 0x84,
} as const;

export type FrameIn =
  | { readonly kind: 'hello'; readonly protocol: number }
  | {
      readonly kind: 'records';
      readonly partition: number;
      /** The first of a task: what came before may have gone to another engine. */
      readonly first: boolean;
      readonly records: readonly StreamRecord[];
    }
  /** To be answered once everything before this offset is published. */
  | { readonly kind: 'flush'; readonly partition: number; readonly nextOffset: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'progress'; readonly text: string };

export type FrameOut =
  | { readonly kind: 'ready' }
  /** Everything before this offset is safe: it need not be sent again. */
  | { readonly kind: 'done' | 'flushed'; readonly partition: number; readonly nextOffset: number }
  | { readonly kind: 'pong' };

export function encodeFrame(frame: FrameOut): Buffer {
  switch (frame.kind) {
    case 'ready': {
      const bytes = Buffer.allocUnsafe(9);
      bytes.writeUInt32LE(5, 0);
      bytes.writeUInt8(KIND.ready, 4);
      bytes.writeUInt32LE(PROTOCOL, 5);
      return bytes;
    }
    case 'pong': {
      const bytes = Buffer.allocUnsafe(5);
      bytes.writeUInt32LE(1, 0);
      bytes.writeUInt8(KIND.pong, 4);
      return bytes;
    }
    case 'done':
    case 'flushed': {
      const bytes = Buffer.allocUnsafe(17);
      bytes.writeUInt32LE(13, 0);
      bytes.writeUInt8(KIND[frame.kind], 4);
      bytes.writeUInt32LE(frame.partition, 5);
      bytes.writeBigInt64LE(BigInt(frame.nextOffset), 9);
      return bytes;
    }
  }
}

/** Throws on what is not of this protocol. */
export function decodeFrame(bytes: Buffer): FrameIn {
  const kind = bytes.readUInt8(0);
  switch (kind) {
    case KIND.hello:
      return { kind: 'hello', protocol: bytes.readUInt32LE(1) };
    case KIND.records:
      return recordsOf(bytes);
    case KIND.flush:
      return {
        kind: 'flush',
        partition: bytes.readUInt32LE(1),
        nextOffset: Number(bytes.readBigInt64LE(5)),
      };
    case KIND.ping:
      return { kind: 'ping' };
    case KIND.progress:
      return { kind: 'progress', text: bytes.toString('utf8', 1) };
    default:
      throw new Error(`a frame of unknown kind ${kind}`);
  }
}

function recordsOf(bytes: Buffer): FrameIn {
  let at = 1;
  const int32 = (): number => {
    at += 4;
    return bytes.readInt32LE(at - 4);
  };
  const int64 = (): number => {
    at += 8;
    return Number(bytes.readBigInt64LE(at - 8));
  };
  const text = (): string => {
    const end = at + 4 + bytes.readInt32LE(at);
    const found = bytes.toString('utf8', at + 4, end);
    at = end;
    return found;
  };
  const optional = (): Buffer | null => {
    const length = int32();
    if (length < 0) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const partition = int32();
  const first = int32() !== 0;
  const records: StreamRecord[] = new Array(int32());
  for (let i = 0; i < records.length; i++) {
    const offset = int64();
    const timestampMs = int64();
    const key = optional();
    const value = optional();
    const headers = new Map<string, string>();
    for (let left = int32(); left > 0; left--) headers.set(text(), text());
    records[i] = { offset, timestampMs, key, value, headers };
  }
  if (at !== bytes.length)
    throw new Error(`a frame of ${bytes.length} bytes, of which ${at} hold its records`);
  return { kind: 'records', partition, first, records };
}
