// What a batch did to the histories that accounts share, as bytes: the worker that decided it tells the others.
import { exactDecoder } from '../domain/utf8.ts';
import type { SharedEvent, SharedKeys } from './event.ts';
import type { FeatureState } from './feature-state.ts';
import { labelShared } from './labels.ts';
import { applyOwnChanges, encodeOwnChanges, type OwnChange } from './own-changes.ts';
import { observeShared } from './shared-features.ts';

export type SharedChange =
  | { readonly kind: 'event'; readonly event: SharedEvent }
  | {
      readonly kind: 'label';
      readonly timeSeconds: number;
      readonly fraud: boolean;
      readonly keys: SharedKeys;
    }
  /** To histories of one's own. */
  | { readonly kind: 'own'; readonly changes: readonly OwnChange[] };

const EVENT = 0;
const GENUINE = 1;
const FRAUD = 2;
const OWN = 3;
const FLAG_BITS = 2;
const KEY_NAMES = ['merchantId', 'deviceId', 'ip', 'counterpartyId'] as const;
const HEAD_BYTES = 5;
const EVENT_BYTES = 20;
const MAX_KEY_BYTES = 1024;
const encoder = new TextEncoder();
const decoder = exactDecoder();

/** Keys are ASCII as a rule; those that are not go through the encoder. Gives the bytes written. */
function putText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encodeInto(text, bytes.subarray(at, at + MAX_KEY_BYTES)).written;
    bytes[at + i] = code;
  }
  return text.length;
}

/** head (kind and which keys, u8; time, u32), for events amount, log amount (f64) and account hash (u32), then the keys. */
export function encodeSharedChanges(changes: readonly SharedChange[]): Uint8Array {
  let bytes = new Uint8Array(64 + KEY_NAMES.length * MAX_KEY_BYTES + changes.length * 128);
  let view = new DataView(bytes.buffer);
  let at = 0;
  for (const change of changes) {
    // In an order of their own, behind the others: no history is of both kinds.
    if (change.kind === 'own') continue;
    if (at + HEAD_BYTES + EVENT_BYTES + KEY_NAMES.length * (2 + MAX_KEY_BYTES) > bytes.length) {
      const longer = new Uint8Array(bytes.length * 2 + 8192);
      longer.set(bytes);
      bytes = longer;
      view = new DataView(bytes.buffer);
    }
    const keys = change.kind === 'event' ? change.event : change.keys;
    const kind = change.kind === 'event' ? EVENT : change.fraud ? FRAUD : GENUINE;
    const head = at;
    view.setUint32(at + 1, change.kind === 'event' ? change.event.timeSeconds : change.timeSeconds, true);
    at += HEAD_BYTES;
    if (change.kind === 'event') {
      view.setFloat64(at, change.event.amountMinor, true);
      view.setFloat64(at + 8, change.event.logAmount, true);
      view.setUint32(at + 16, change.event.accountHash, true);
      at += EVENT_BYTES;
    }
    let flags = kind;
    for (let k = 0; k < KEY_NAMES.length; k++) {
      const key = keys[KEY_NAMES[k]];
      if (key === undefined) continue;
      flags |= 1 << (FLAG_BITS + k);
      const length = putText(bytes, at + 2, key);
      view.setUint16(at, length, true);
      at += 2 + length;
    }
    bytes[head] = flags;
  }
  const own = changes.flatMap((change) => (change.kind === 'own' ? change.changes : []));
  return own.length === 0 ? bytes.slice(0, at) : withOwn(bytes.subarray(0, at), encodeOwnChanges(own));
}

/** Head (OWN, u8; length, u32) and the changes of own histories behind the others. */
function withOwn(others: Uint8Array, own: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(others.length + HEAD_BYTES + own.length);
  bytes.set(others);
  bytes[others.length] = OWN;
  new DataView(bytes.buffer).setUint32(others.length + 1, own.length, true);
  bytes.set(own, others.length + HEAD_BYTES);
  return bytes;
}

/** Brings the shared histories up to date with what `encodeSharedChanges` wrote elsewhere; of one's own the stores that are wanted. */
export function applySharedChanges(
  state: FeatureState,
  bytes: Uint8Array,
  wants: (store: string) => boolean = () => true,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const flags = bytes[at];
    const timeSeconds = view.getUint32(at + 1, true);
    const kind = flags & ((1 << FLAG_BITS) - 1);
    at += HEAD_BYTES;
    if (kind === OWN) {
      applyOwnChanges(state, bytes.subarray(at, at + timeSeconds), wants);
      at += timeSeconds;
      continue;
    }
    const figures = at;
    if (kind === EVENT) at += EVENT_BYTES;
    const keys: { [K in (typeof KEY_NAMES)[number]]?: string } = {};
    for (let k = 0; k < KEY_NAMES.length; k++) {
      if ((flags & (1 << (FLAG_BITS + k))) === 0) continue;
      const length = view.getUint16(at, true);
      keys[KEY_NAMES[k]] = decoder.decode(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    if (kind === EVENT) {
      observeShared(state, {
        timeSeconds,
        amountMinor: view.getFloat64(figures, true),
        logAmount: view.getFloat64(figures + 8, true),
        accountHash: view.getUint32(figures + 16, true),
        ...keys,
      });
    } else labelShared(state, keys, timeSeconds, kind === FRAUD);
  }
}
