// Messages of the live feed as they come.
import type { ServerMessage } from '../protocol/feed.ts';

const TYPES: ReadonlySet<unknown> = new Set(['hello', 'snapshot', 'diff'] satisfies ServerMessage['type'][]);

/** Reads a message of the desk, which writes it by the schema that its type is made of; undefined of a type that is not known here. */
export function readFeedMessage(text: string): ServerMessage | undefined {
  const message = JSON.parse(text) as ServerMessage;
  return TYPES.has(message.type) ? message : undefined;
}
