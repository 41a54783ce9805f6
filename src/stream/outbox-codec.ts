// Messages of a batch as bytes, so that a successor can publish what its predecessor committed and did not publish.
import { OUTPUTS, type StreamMessage } from '../ports/stream.ts';

const HEAD_BYTES = 17;
const decoder = new TextDecoder();

/** Per message: output (u8), source offset (f64), key and trace length (u16), value length (u32), then the three. */
export function encodeMessages(messages: readonly StreamMessage[]): Uint8Array {
  let most = 0;
  for (const { key, traceparent, value } of messages) {
    most += HEAD_BYTES + 3 * (key.length + (traceparent?.length ?? 0)) + value.length;
  }
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const { output, sourceOffset, key, traceparent, value } of messages) {
    const keyLength = bytes.write(key, at + HEAD_BYTES);
    const traceAt = at + HEAD_BYTES + keyLength;
    const traceLength = traceparent === undefined ? 0 : bytes.write(traceparent, traceAt);
    bytes[at] = OUTPUTS.indexOf(output);
    bytes.writeDoubleLE(sourceOffset, at + 1);
    bytes.writeUInt16LE(keyLength, at + 9);
    bytes.writeUInt16LE(traceLength, at + 11);
    bytes.writeUInt32LE(value.length, at + 13);
    bytes.set(value, traceAt + traceLength);
    at = traceAt + traceLength + value.length;
  }
  return bytes.subarray(0, at);
}

export function decodeMessages(bytes: Uint8Array): StreamMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: StreamMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const keyAt = at + HEAD_BYTES;
    const traceAt = keyAt + view.getUint16(at + 9, true);
    const valueAt = traceAt + view.getUint16(at + 11, true);
    const end = valueAt + view.getUint32(at + 13, true);
    messages.push({
      output: OUTPUTS[bytes[at]],
      sourceOffset: view.getFloat64(at + 1, true),
      key: decoder.decode(bytes.subarray(keyAt, traceAt)),
      traceparent: traceAt === valueAt ? undefined : decoder.decode(bytes.subarray(traceAt, valueAt)),
      value: bytes.slice(valueAt, end),
    });
    at = end;
  }
  return messages;
}
