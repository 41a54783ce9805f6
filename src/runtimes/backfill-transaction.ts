// A transaction as bytes between the steps of a backfill; its time stands in its row. JSON takes several times as long.
import { CHANNELS, TRANSACTION_TYPES, type Transaction } from '../domain/transaction.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const HEAD_BYTES = 27;
const NO_CHANNEL = 255;
/** A type or channel of the data model: it stands among the texts. */
const OWN = 254;
const TYPES: readonly string[] = TRANSACTION_TYPES;
const CHANNEL_LIST: readonly string[] = CHANNELS;
const LONGEST_UTF8 = 3;
/** In no text of a transaction, none of which is empty. */
const BETWEEN = '\u0000';

/** Amount, latitude, longitude (f64 each), whether there is a location, type, channel (u8 each), then all texts in their order. */
export function encodeWhole(transaction: Transaction): Buffer {
  const { amountMinor, type, channel, location, merchant } = transaction;
  const typeAt = TYPES.indexOf(type);
  const channelAt = channel === undefined ? NO_CHANNEL : CHANNEL_LIST.indexOf(channel);
  const texts = [
    transaction.id,
    transaction.accountId,
    transaction.currency,
    merchant?.id,
    merchant?.name,
    merchant?.mcc,
    transaction.country,
    transaction.city,
    transaction.deviceId,
    transaction.ip,
    transaction.counterpartyId,
    transaction.counterpartyName,
    transaction.billing && JSON.stringify(transaction.billing),
    transaction.base && JSON.stringify(transaction.base),
    transaction.utcOffsetMinutes,
    transaction.attributes && JSON.stringify(transaction.attributes),
    transaction.relatesTo && JSON.stringify(transaction.relatesTo),
    typeAt < 0 ? type : undefined,
    channelAt < 0 ? channel : undefined,
  ].join(BETWEEN);
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + LONGEST_UTF8 * texts.length);
  bytes.writeDoubleLE(amountMinor, 0);
  bytes.writeDoubleLE(location?.lat ?? 0, 8);
  bytes.writeDoubleLE(location?.lon ?? 0, 16);
  bytes[24] = location ? 1 : 0;
  bytes[25] = typeAt < 0 ? OWN : typeAt;
  bytes[26] = channelAt < 0 ? OWN : channelAt;
  return bytes.subarray(0, HEAD_BYTES + bytes.write(texts, HEAD_BYTES));
}

/** Reads what `encodeWhole` wrote. */
export function decodeWhole(bytes: Buffer, occurredAtMs: number): Transaction {
  const [id, accountId, currency, merchantId, name, mcc, country, city, deviceId, ip, counterpartyId, counterpartyName,
    billing, base, utcOffsetMinutes, attributes, relatesTo, ownType, ownChannel] =
    bytes.toString('utf8', HEAD_BYTES).split(BETWEEN); // biome-ignore format: in their order
  const transaction: Mutable<Transaction> = {
    id,
    accountId,
    occurredAtMs,
    amountMinor: bytes.readDoubleLE(0),
    currency,
    type: bytes[25] === OWN ? ownType : TRANSACTION_TYPES[bytes[25]],
  };
  if (bytes[26] === OWN) transaction.channel = ownChannel;
  else if (bytes[26] !== NO_CHANNEL) transaction.channel = CHANNELS[bytes[26]];
  if (merchantId) transaction.merchant = { id: merchantId, ...(name && { name }), ...(mcc && { mcc }) };
  if (country) transaction.country = country;
  if (city) transaction.city = city;
  if (bytes[24] === 1) transaction.location = { lat: bytes.readDoubleLE(8), lon: bytes.readDoubleLE(16) };
  if (deviceId) transaction.deviceId = deviceId;
  if (ip) transaction.ip = ip;
  if (counterpartyId) transaction.counterpartyId = counterpartyId;
  if (counterpartyName) transaction.counterpartyName = counterpartyName;
  if (billing) transaction.billing = JSON.parse(billing);
  if (base) transaction.base = JSON.parse(base);
  if (attributes) transaction.attributes = JSON.parse(attributes);
  if (relatesTo) transaction.relatesTo = JSON.parse(relatesTo);
  if (utcOffsetMinutes) transaction.utcOffsetMinutes = Number(utcOffsetMinutes);
  return transaction;
}
