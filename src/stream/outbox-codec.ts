// Messages of a batch as bytes, so that a successor can publish what its predecessor committed and did not publish.
import { OUTPUTS, type StreamMessage } from '../ports/stream.ts';

const HEAD_BYTES = 17;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Per message: output (u8), source offset (f64), key and trace length (u16), value length (u32), then the three. */
export function encodeMessages(messages: readonly StreamMessage[]): Uint8Array {
  const texts = messages.map(({ key, traceparent }) => ({
    key: encoder.encode(key),
    trace: encoder.encode(traceparent ?? ''),
  }));
  let length = 0;
  messages.forEach(({ value }, i) => {
    length += HEAD_BYTES + texts[i].key.length + texts[i].trace.length + value.length;
  });
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  messages.forEach(({ output, sourceOffset, value }, i) => {
    const { key, trace } = texts[i];
    bytes[at] = OUTPUTS.indexOf(output);
    view.setFloat64(at + 1, sourceOffset, true);
    view.setUint16(at + 9, key.length, true);
    view.setUint16(at + 11, trace.length, true);
    view.setUint32(at + 13, value.length, true);
    at += HEAD_BYTES;
    for (const part of [key, trace, value]) {
      bytes.set(part, at);
      at += part.length;
    }
  });
  return bytes;
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
