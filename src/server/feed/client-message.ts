// What a dashboard may say over the feed, read once at the edge: a message, or why the connection ends.
import type { ClientMessage } from '../../protocol/feed.ts';

/** As WebSocket closes: a code and a reason. */
export type Refusal = { readonly code: number; readonly reason: string };
export type Heard =
  | { readonly ok: true; readonly message: ClientMessage }
  | ({ readonly ok: false } & Refusal);

const WRONG_KIND = 1003;
const WRONG_CONTENT = 1007;

const refused = (code: number, reason: string): Heard => ({ ok: false, code, reason });

/** Reads one frame; ws has seen to its length and to valid UTF-8. Never throws. */
export function readClientMessage(data: unknown, isBinary: boolean): Heard {
  if (isBinary) return refused(WRONG_KIND, 'messages are texts');
  let value: unknown;
  try {
    value = JSON.parse(String(data));
  } catch {
    return refused(WRONG_CONTENT, 'messages are JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused(WRONG_CONTENT, 'a message is an object');
  const type = Object.hasOwn(value, 'type') ? Reflect.get(value, 'type') : undefined;
  if (type !== 'looking') return refused(WRONG_CONTENT, 'a message has a type that is known: looking');
  const alert: unknown = Object.hasOwn(value, 'alert') ? Reflect.get(value, 'alert') : undefined;
  if (alert === null) return { ok: true, message: { type, alert } };
  if (typeof alert === 'number' && Number.isSafeInteger(alert) && alert >= 0)
    return { ok: true, message: { type, alert } };
  return refused(WRONG_CONTENT, '"alert" is the number of an alert, or null');
}
