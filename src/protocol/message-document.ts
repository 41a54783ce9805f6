// The AsyncAPI document (3.0): the messages of the live feed and of the stream's topics.
import type { TSchema } from 'typebox';
import { type Json, withReferences } from './document.ts';
import { ClientMessage, ServerMessage } from './feed.ts';
import { TOPICS } from './stream.ts';

const nameOf = (schema: object): string =>
  'title' in schema && typeof schema.title === 'string' ? schema.title : 'Message';

type Channel = {
  readonly address: string;
  readonly about: string;
  readonly messages: readonly TSchema[];
};

const CHANNELS: Readonly<Record<string, Channel>> = {
  feed: {
    address: '/v1/feed',
    about: 'WebSocket messages of the desk, each a text of JSON: a hello, a snapshot, then differences',
    messages: ServerMessage.anyOf,
  },
  feedBack: {
    address: '/v1/feed',
    about: 'What a dashboard tells over the same WebSocket',
    messages: [ClientMessage],
  },
  ...Object.fromEntries(
    Object.entries(TOPICS).map(([topic, { about, messages }]) => [
      topic,
      { address: `goshawk.${topic}`, about, messages },
    ]),
  ),
};
/** Others write to these; the desk writes to the rest. */
const TAKEN: ReadonlySet<string> = new Set(['feedBack', 'transactions']);

export function messageDocument(version: string): Json {
  const components: Json = {};
  const messages: Json = {};
  const channels: Json = {};
  const operations: Json = {};
  for (const [name, { address, about, messages: own }] of Object.entries(CHANNELS)) {
    for (const schema of own) {
      messages[nameOf(schema)] = {
        contentType: 'application/json',
        payload: withReferences(JSON.parse(JSON.stringify(schema)), components),
      };
    }
    const refer = (message: TSchema): Json => ({ $ref: `#/components/messages/${nameOf(message)}` });
    channels[name] = {
      address,
      description: about,
      messages: Object.fromEntries(own.map((message) => [nameOf(message), refer(message)])),
    };
    operations[TAKEN.has(name) ? `receive.${name}` : `send.${name}`] = {
      action: TAKEN.has(name) ? 'receive' : 'send',
      channel: { $ref: `#/channels/${name}` },
    };
  }
  return {
    asyncapi: '3.0.0',
    info: { title: 'Goshawk', version, description: 'Messages of the live feed and of the stream.' },
    channels,
    operations,
    components: { messages, schemas: components },
  };
}
