// Every form that outlives a process or is read by another program: what it looks like now, and the version that says so.

import {
  type Dialect,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { CHECKPOINT_VERSION } from '../../src/adapters/embedded/checkpoint.ts';
import { BATCH_PROTOCOL, encodeOther, encodeRow } from '../../src/adapters/spark/batch-frames.ts';
import { encodeFrame, PROTOCOL as SPARK_PROTOCOL } from '../../src/adapters/spark/frames.ts';
import { MIGRATIONS } from '../../src/adapters/sql/migrations.ts';
import type { CustomerEvent } from '../../src/domain/customer-event.ts';
import type { Label } from '../../src/domain/label.ts';
import { vectorCodec } from '../../src/engine/vector-codec.ts';
import { STANDARD_READY } from '../../src/features/checked-catalogue.ts';
import { encodedLength, encodeEntity } from '../../src/features/entity-codec.ts';
import { ENTITY_KINDS } from '../../src/features/feature-state.ts';
import { STANDARD } from '../../src/features/standard.ts';
import { MODEL_FORMAT, serializeModel } from '../../src/models/model.ts';
import { openApiDocument } from '../../src/protocol/document.ts';
import { ClientMessage, ServerMessage } from '../../src/protocol/feed.ts';
import { OPERATIONS } from '../../src/protocol/operations.ts';
import { API_VERSION, PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { TABLE_CATALOGUE_VERSION, tableCatalogueJson } from '../../src/runtimes/table-catalogue.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { decidedExample, publishedBytes } from '../../src/stream/decided-example.ts';
import {
  claimMessage,
  deadLetterMessage,
  eventMessage,
  labelMessage,
  MESSAGE_VERSION,
} from '../../src/stream/message-codec.ts';
import {
  encodeEvent,
  encodeLabel,
  encodeTransaction,
  SCHEMA_VERSION,
} from '../../src/stream/record-codec.ts';
import { smallModel } from '../../src/training/small-model.ts';
import { FIXED_COLUMNS } from '../../src/training/table-columns.ts';

export type Form = {
  readonly version: string;
  /** Where the version stands. */
  readonly where: string;
  /** What it looks like: bytes of examples as text, or its schema. */
  readonly looks: string;
};

const WORDS = new Set(['description', 'summary', 'examples', 'example', 'title', 'tags']);

/** Without what is for people alone. */
function bare(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => bare(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) =>
      !isNames && WORDS.has(key) ? [] : [[key, bare(part, key === 'properties' || key === 'schemas')]],
    ),
  );
}

/** Names and kinds of values instead of the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapeOf(part)]));
}

const hex = (...parts: readonly Uint8Array[]): string =>
  parts.map((part) => Buffer.from(part).toString('hex')).join('\n');

const LABEL: Label = {
  transactionId: 't1',
  fraud: true,
  fraudType: 'account_takeover',
  source: 'customer',
  labelledAtMs: 1_790_000_100_000,
  accountId: 'a',
  occurredAtMs: 1_790_000_000_000,
  merchantId: 'm',
  attributes: { 'customer.id': 'c7' },
};

const EVENT: CustomerEvent = {
  id: 'e1',
  kind: 'payee_added',
  occurredAtMs: 1_790_000_000_000,
  utcOffsetMinutes: 540,
  accountId: 'a',
  deviceId: 'd',
  ip: '203.0.113.9',
  counterpartyId: 'c',
  country: 'DE',
  attributes: { 'customer.id': 'Ä "1"', tries: 3, known: false },
};

/** One that has every field. */
export const WHOLE = decidedExample(
  {
    utcOffsetMinutes: 540,
    channel: 'ecommerce',
    merchant: { id: 'm', name: 'Ä "M"', mcc: '5812' },
    country: 'DE',
    city: 'Ulm',
    location: { lat: 48.4, lon: 10 },
    deviceId: 'd',
    ip: '203.0.113.9',
    counterpartyId: 'c',
    counterpartyName: 'C',
    billing: { amountMinor: 6, currency: 'USD' },
    base: { amountMinor: 7, currency: 'CHF', rate: 1.1, rateDate: '2026-09-21', source: 'billing' },
    attributes: { 'customer.segment': 'gold', 'risk.deviceScore': 0.7, vip: true },
    relatesTo: { transactionId: 't0', kind: 'refund' },
  },
  {
    outcome: 'decline',
    reasons: [{ feature: 'amount', value: null, contribution: 1, text: 'a text' }],
    concepts: [
      { concept: 'amount', contribution: 1, told: [{ text: 'a clause', features: ['amount'] }] },
      { concept: 'time', contribution: -0.5 },
    ],
    rules: [{ id: 'r', version: 1, action: 'tag', priority: 3, text: 'rule', why: 'why', shadow: true }],
  },
);

function histories(): string {
  const state = STANDARD.createState();
  const simulator = createSimulator({ seed: 7, rate: 1, startMs: Date.UTC(2026, 0, 1), accounts: 20 });
  const vector = new Float64Array(STANDARD.size);
  for (let i = 0; i < 400; i++) {
    const { transaction } = simulator.next();
    STANDARD.look(state, transaction, vector);
    STANDARD.keep(state, transaction);
  }
  return ENTITY_KINDS.map((kind) => {
    const table = state[kind];
    const parts = Array.from({ length: Math.min(table.size, 5) }, (_, entry) => {
      const bytes = Buffer.alloc(encodedLength(table, entry, kind));
      encodeEntity(table, entry, kind, bytes, 0);
      return bytes;
    });
    return hex(...parts);
  }).join('\n');
}

async function modelFile(): Promise<string> {
  const model = await smallModel({ kind: 'boosting', trees: 5, folds: 2 }, 3, 1500);
  const [header, body] = serializeModel(model).split('\n');
  // Which trees came out is no part of the form.
  const { encoding: _, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return JSON.stringify([shapeOf(JSON.parse(header)), shapeOf(rest)]);
}

const NO_DATABASE: Dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

/** The statements of each migration, as they go to a database that has nothing yet. */
async function migrations(kind: keyof typeof MIGRATIONS): Promise<Record<string, Form>> {
  const forms: Record<string, Form> = {};
  for (const [name, migration] of Object.entries(MIGRATIONS[kind])) {
    const statements: string[] = [];
    const db = new Kysely<unknown>({
      dialect: NO_DATABASE,
      log: ({ query }) => {
        statements.push(query.sql);
      },
    });
    await migration.up(db);
    forms[`schema of the ${kind === 'embedded' ? 'embedded' : 'server'} database, ${name}`] = {
      version: name,
      where: 'src/adapters/sql/migrations.ts: a migration that has landed is never changed, add another one',
      looks: statements.map((statement) => statement.replaceAll(/\s+/g, ' ')).join(';\n'),
    };
  }
  return forms;
}

export async function wireForms(): Promise<Readonly<Record<string, Form>>> {
  const { transaction } = WHOLE;
  const vector = Float64Array.from({ length: STANDARD.size }, (_, i) => [0, Number.NaN, 300, -0.5][i % 4]);
  const raw = {
    offset: 3,
    timestampMs: 1_790_000_000_000,
    key: Buffer.from('a'),
    value: Buffer.from('{'),
    headers: new Map(),
  };
  return {
    'stream records': {
      version: SCHEMA_VERSION,
      where: 'SCHEMA_VERSION in src/stream/record-codec.ts',
      looks: [encodeTransaction(transaction), encodeEvent(EVENT), encodeLabel(LABEL)]
        .map(({ key, value, kind }) => `${kind} ${Buffer.from(key)} ${Buffer.from(value)}`)
        .join('\n'),
    },
    'stream messages': {
      version: String(MESSAGE_VERSION),
      where: 'MESSAGE_VERSION in src/stream/message-codec.ts',
      looks: [
        publishedBytes(WHOLE),
        eventMessage(
          { offset: 2, event: EVENT, receivedAtMs: 1_790_000_000_000, contentHash: 'h' },
          undefined,
        ).value,
        labelMessage({ offset: 1, label: LABEL }).value,
        deadLetterMessage(raw, [{ pointer: '/x', message: 'wrong' }], undefined).value,
        claimMessage(3),
      ]
        .map((bytes) => Buffer.from(bytes).toString())
        .join('\n'),
    },
    'feature vectors': {
      version: STANDARD.hash,
      where: 'the catalogue’s hash (src/features/catalogue.ts): vectors of another one are not read',
      looks: hex(vectorCodec(STANDARD.size).encode(vector)),
    },
    'histories in checkpoints and snapshots': {
      version: CHECKPOINT_VERSION,
      where: 'CHECKPOINT_VERSION in src/adapters/embedded/checkpoint.ts',
      looks: histories(),
    },
    'frames of a Spark stream': {
      version: String(SPARK_PROTOCOL),
      where: 'PROTOCOL in src/adapters/spark/frames.ts, and in the job in spark/',
      looks: hex(
        encodeFrame({ kind: 'ready' }),
        encodeFrame({ kind: 'pong' }),
        encodeFrame({ kind: 'done', partition: 1, nextOffset: 2 }),
        encodeFrame({ kind: 'flushed', partition: 1, nextOffset: 2 }),
      ),
    },
    'frames of a backfill': {
      version: String(BATCH_PROTOCOL),
      where: 'BATCH_PROTOCOL in src/adapters/spark/batch-frames.ts, and in the job in spark/',
      looks: hex(
        encodeRow({ timeMs: 1, order: 2, hash: 3, body: Buffer.from('x') }),
        encodeOther('bad', Buffer.from('{}')),
        encodeOther('result', Buffer.from('r')),
      ),
    },
    'tables of past transactions': {
      version: String(TABLE_CATALOGUE_VERSION),
      where: 'TABLE_CATALOGUE_VERSION in src/runtimes/table-catalogue.ts',
      looks: JSON.stringify([
        { ...tableCatalogueJson(STANDARD_READY), hash: 'hash' },
        FIXED_COLUMNS.map(({ name, type }) => [name, type]),
      ]),
    },
    'live feed': {
      version: String(PROTOCOL_VERSION),
      where: 'PROTOCOL_VERSION in src/protocol/version.ts',
      looks: JSON.stringify(bare(JSON.parse(JSON.stringify([ServerMessage, ClientMessage])))),
    },
    'model files': {
      version: MODEL_FORMAT,
      where: 'MODEL_FORMAT in src/models/model.ts',
      looks: await modelFile(),
    },
    'the API': {
      version: API_VERSION,
      where: 'API_VERSION in src/protocol/version.ts',
      looks: JSON.stringify(bare(JSON.parse(JSON.stringify(openApiDocument(OPERATIONS, ''))))),
    },
    ...(await migrations('embedded')),
    ...(await migrations('server')),
  };
}
