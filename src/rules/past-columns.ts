// Past transactions by columns, in memory that threads share: what a backtest reads, and nothing more.
import type { Attributes } from '../domain/data-model.ts';
import type { Outcome } from '../domain/decision.ts';
import { OUTCOMES } from '../domain/decision.ts';
import type { FilledVector } from '../domain/filled-vector.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { PastRow } from './backtest.ts';

/** Texts of a transaction, each kept once and named by number. */
const TEXTS = [
  'accountId',
  'currency',
  'baseCurrency',
  'type',
  'channel',
  'country',
  'city',
  'deviceId',
  'ip',
  'counterpartyId',
  'counterpartyName',
  'merchantId',
  'merchantName',
  'mcc',
  // JSON, as it is stored.
  'attributes',
  'relation',
] as const;
type TextName = (typeof TEXTS)[number];

/** A stored transaction as it comes out of the database. */
export type StoredPast = Readonly<Record<TextName, string | undefined>> & {
  readonly id: string;
  readonly occurredAtMs: number;
  readonly decidedAtMs: number;
  /** NaN where it is not known. */
  readonly utcOffsetMinutes: number;
  readonly amountMinor: number;
  readonly baseMinor: number;
  readonly baseHundredths: number;
  readonly score: number;
  readonly outcome: Outcome;
  readonly isFraud: boolean | undefined;
  readonly hits: PastRow['hits'];
  readonly catalogueHash: string;
  readonly vector: Uint8Array;
  /** What was computed of it afterwards; absent where nothing was. */
  readonly filled?: readonly FilledVector[];
};

export type PastColumns = {
  readonly rows: number;
  readonly numbers: Readonly<
    Record<
      | 'occurredAtMs'
      | 'utcOffsetMinutes'
      | 'decidedAtMs'
      | 'amountMinor'
      | 'baseMinor'
      | 'baseHundredths'
      | 'score',
      Float64Array
    >
  >;
  readonly outcome: Int8Array;
  readonly label: Int8Array;
  readonly texts: Readonly<
    Record<TextName, { readonly code: Int32Array; readonly values: readonly string[] }>
  >;
  /** Which rules held, as one of few combinations. */
  readonly hits: { readonly code: Int32Array; readonly values: readonly PastRow['hits'][] };
  readonly vectors: Uint8Array;
  readonly vectorEnds: Float64Array;
};

function byText<T>(make: (name: TextName) => T): Record<TextName, T> {
  return Object.fromEntries(TEXTS.map((name) => [name, make(name)])) as Record<TextName, T>;
}

export type ColumnsBuilder = {
  add(row: StoredPast): void;
  readonly rows: number;
  finish(): { readonly columns: PastColumns; readonly ids: readonly string[] };
};

const shared = <T>(make: new (buffer: SharedArrayBuffer) => T, bytes: number): T =>
  new make(new SharedArrayBuffer(bytes));
const BYTES_A_VECTOR = 400;

/** Room for `capacity` rows at most. */
export function createColumns(capacity: number): ColumnsBuilder {
  const number = (): Float64Array => shared(Float64Array, capacity * 8);
  const numbers = {
    occurredAtMs: number(),
    utcOffsetMinutes: number(),
    decidedAtMs: number(),
    amountMinor: number(),
    baseMinor: number(),
    baseHundredths: number(),
    score: number(),
  };
  const outcome = shared(Int8Array, capacity);
  const label = shared(Int8Array, capacity);
  const codes = byText(() => shared(Int32Array, capacity * 4));
  const known = byText(() => new Map<string, number>());
  const hitCode = shared(Int32Array, capacity * 4);
  const hitKeys = new Map<string, number>();
  const hitValues: PastRow['hits'][] = [];
  const ids: string[] = [];
  const vectorEnds = number();
  let vectors = shared(Uint8Array, capacity * BYTES_A_VECTOR);
  let end = 0;
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    add(row) {
      if (rows === capacity) throw new RangeError(`there is room for ${capacity} rows`);
      const i = rows++;
      for (const name of [
        'occurredAtMs',
        'utcOffsetMinutes',
        'decidedAtMs',
        'amountMinor',
        'baseMinor',
        'baseHundredths',
        'score',
      ] as const) {
        numbers[name][i] = row[name];
      }
      outcome[i] = OUTCOMES.indexOf(row.outcome);
      label[i] = row.isFraud === undefined ? -1 : row.isFraud ? 1 : 0;
      for (const name of TEXTS) {
        const text = row[name];
        if (text === undefined) {
          codes[name][i] = -1;
          continue;
        }
        let code = known[name].get(text);
        if (code === undefined) {
          code = known[name].size;
          known[name].set(text, code);
        }
        codes[name][i] = code;
      }
      const key = row.hits.map(({ id, shadow }) => `${id}${shadow ? '*' : ''}`).join(' ');
      let code = hitKeys.get(key);
      if (code === undefined) {
        code = hitValues.length;
        hitKeys.set(key, code);
        hitValues.push(row.hits);
      }
      hitCode[i] = code;
      ids.push(row.id);
      if (end + row.vector.length > vectors.length) {
        const larger = shared(Uint8Array, Math.ceil(vectors.length * 1.5) + row.vector.length);
        larger.set(vectors.subarray(0, end));
        vectors = larger;
      }
      vectors.set(row.vector, end);
      end += row.vector.length;
      vectorEnds[i] = end;
    },
    finish() {
      const texts = byText((name) => ({ code: codes[name], values: [...known[name].keys()] }));
      const hits = { code: hitCode, values: hitValues };
      return { columns: { rows, numbers, outcome, label, texts, hits, vectors, vectorEnds }, ids };
    },
  };
}

/** The texts that an expression may read; the others need not be sent to a thread. */
export function withoutTexts(columns: PastColumns, expression: string): PastColumns {
  const texts = byText((name) => {
    // Amounts need the currencies; fields of the merchant are written merchant.name and the like.
    const ofMerchant = name.startsWith('merchant') || name === 'mcc';
    const used =
      name === 'currency' || name === 'baseCurrency' || expression.includes(ofMerchant ? 'merchant' : name);
    return used ? columns.texts[name] : { code: columns.texts[name].code, values: [] };
  });
  return { ...columns, texts };
}

/** Own fields of rows by their number; those of the row before are kept, since many rows in turn have the same. */
function parsedOnce(values: readonly string[]): (code: number) => Attributes | undefined {
  let lastCode = -1;
  let last: Attributes | undefined;
  return (code) => {
    if (code === lastCode) return last;
    lastCode = code;
    const text = values[code];
    last = text === undefined ? undefined : (JSON.parse(text) as Attributes);
    return last;
  };
}

/** Reads rows back; the same objects serve every row. */
export function createRowReader(columns: PastColumns) {
  const { numbers, texts } = columns;
  const text = (name: TextName, i: number): string | undefined => {
    const code = texts[name].code[i];
    return code < 0 ? undefined : texts[name].values[code];
  };
  const attributesOf = parsedOnce(texts.attributes.values);
  return {
    transaction(i: number): Transaction {
      const merchantId = text('merchantId', i);
      const merchantName = text('merchantName', i);
      const mcc = text('mcc', i);
      const relation = text('relation', i);
      const attributes = attributesOf(texts.attributes.code[i]);
      // Absent fields are undefined here, which rules see as an empty text.
      const transaction = {
        id: '',
        accountId: text('accountId', i) ?? '',
        occurredAtMs: numbers.occurredAtMs[i],
        ...(!Number.isNaN(numbers.utcOffsetMinutes[i]) && { utcOffsetMinutes: numbers.utcOffsetMinutes[i] }),
        amountMinor: numbers.amountMinor[i],
        currency: text('currency', i) ?? '',
        base: { amountMinor: numbers.baseMinor[i], currency: text('baseCurrency', i) ?? '' },
        type: text('type', i) ?? '',
        channel: text('channel', i),
        country: text('country', i),
        city: text('city', i),
        deviceId: text('deviceId', i),
        ip: text('ip', i),
        counterpartyId: text('counterpartyId', i),
        counterpartyName: text('counterpartyName', i),
        merchant:
          merchantId === undefined && mcc === undefined && merchantName === undefined
            ? undefined
            : { id: merchantId ?? '', name: merchantName, mcc },
        attributes,
        relatesTo: relation === undefined ? undefined : { transactionId: '', kind: relation },
      };
      return transaction as unknown as Transaction;
    },
    vector: (i: number): Uint8Array =>
      columns.vectors.subarray(i === 0 ? 0 : columns.vectorEnds[i - 1], columns.vectorEnds[i]),
    row: (i: number): Omit<PastRow, 'id'> => ({
      decidedAtMs: numbers.decidedAtMs[i],
      amountHundredths: numbers.baseHundredths[i],
      outcome: OUTCOMES[columns.outcome[i]],
      label: columns.label[i] as PastRow['label'],
      hits: columns.hits.values[columns.hits.code[i]],
    }),
  };
}
