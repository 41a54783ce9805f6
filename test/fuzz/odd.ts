// What a stranger may write where a text, a number or a structure is expected.

/** Every character that is not seen, controls something or stands for nothing; of the 4,096 tags and reserved ones some. */
function oddCharacters(): string[] {
  const odd = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
  const found = [
    '\ufffd',
    '\ud800',
    '\udbff',
    '\udc00',
    '\udfff',
    '\u0300',
    '\u0e33',
    '\u0661',
    '😀',
    '👩\u200d🔬',
    '\ue000',
  ];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const inTags = codePoint >= 0xe0000 && codePoint <= 0xe0fff;
    if (inTags && codePoint % 37 !== 1) continue;
    const character = String.fromCodePoint(codePoint);
    if (odd.test(character)) found.push(character);
  }
  return found;
}
export const ODD_CHARACTERS: readonly string[] = oddCharacters();

/** As JSON has them, so that 1e400 and 9007199254740993 come as they are written. */
export const ODD_NUMBERS: readonly string[] = [
  '0', '-0', '-0.0', '-1', '0.1', '1.0', '1e3', '1E+3', '1e-400', '5e-324', '1e-7', '2147483647', '2147483648', '4294967296',
  '9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551616',
  '10000000000000', '10000000000001', '1e21', '1e308', '1.7976931348623157e308', '1e309', '1e400', '-1e400', '90', '-90.0000000001',
  '180.0000001', '123456789.123456789', '0.30000000000000004', '1e1', `1${'0'.repeat(400)}`, `0.${'0'.repeat(400)}1`,
]; // biome-ignore format: a list

/** Texts that are taken for numbers, by somebody. */
export const ODD_TEXTS: readonly string[] = [
  '', ' ', '  \t', 'NaN', 'Infinity', '-Infinity', 'null', 'undefined', 'true', '0x10', '1e400', '-0', '١٢٣', '12\u00a0000',
  '__proto__', 'constructor', 'toString', 'prototype', "'; drop table transactions; --", '\\', '\\x00', '\\N', '%00', '%', '_', '{}', '[]',
  '"', '""', '{"a":1}', '<script>', '../../etc/passwd', 'a'.repeat(127), 'a'.repeat(128), 'a'.repeat(129), 'ß'.repeat(128),
  '😀'.repeat(64), '😀'.repeat(65), 'x'.repeat(199), 'x'.repeat(200), 'x'.repeat(201), 'e\u0301'.repeat(64), 'İ'.repeat(100),
  'y'.repeat(5000), 'ﷺ'.repeat(200), 'EUR', 'XXX', 'JPY', 'KWD', 'CLF', 'DE', 'ZZ', '5411', '127.0.0.1', '::1', '::ffff:1.2.3.4', '999.1.1.1',
  '4111111111111111', '4111-1111 1111-1111', 'card:5500005555555559', '４１１１１１１１１１１１１１１１', 'DE89370400440532013000',
]; // biome-ignore format: a list

export const ODD_TIMES: readonly string[] = [
  '1989-12-31T23:59:59.999Z', '1990-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '0099-01-01T00:00:00Z', '9999-12-31T23:59:59Z',
  '10000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '2026-02-29T00:00:00Z', '2024-02-29T00:00:00Z',
  '2026-11-24T24:00:00Z', '2026-11-23T23:59:60Z', '2026-13-01T00:00:00Z', '2026-11-23T15:00:00', '2026-11-23', '2026-11-23 15:00:00Z',
  '2026-11-23T15:00:00+14:00', '2026-11-23T15:00:00-18:59', '2026-11-23T15:00:00+99:99', '2026-11-23T15:00:00.123456789Z',
  '2026-11-23T15:00:00.1Z', '2026-11-23T15:00:00.1234567890Z', '2026-11-23T15:00:00z', '１９９０-01-01T00:00:00Z', '1795968000', 'now',
]; // biome-ignore format: a list

const nested = (open: string, inner: string, close: string, levels: number): string =>
  open.repeat(levels) + inner + close.repeat(levels);

/** Values of every other type, some of them thousands of levels deep. */
export const ODD_VALUES: readonly string[] = [
  'null', 'true', 'false', '[]', '{}', '[null]', '["a"]', '{"id":"a"}', '{"lat":1,"lon":2}', '{"__proto__":{"id":"a"}}', '[[[[]]]]',
  nested('[', '', ']', 10_000), nested('{"a":', '1', '}', 10_000), nested('[{"id":', '"a"', '}]', 3000),
]; // biome-ignore format: a list

export const ODD_KEYS: readonly string[] = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', ' ', 'id ', 'Id', 'ID', 'accountid', 'account_id',
  'i\u0000d', '\ufeffid', 'i\u200bd', '\ud800', 'merchant/id', 'merchant~id', 'location.lat', 'note', 'k'.repeat(10_000), '0', '-1',
]; // biome-ignore format: a list

/** Bytes that are not UTF-8, or are and should not be there. */
export const ODD_BYTES: readonly (readonly number[])[] = [
  [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xe4], [0xfc], [0xff], [0xfe, 0xff], [0xff, 0xfe], [0xe0, 0x80, 0x80], [0xe2, 0x82],
  [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x9f, 0x98], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xef, 0xbb, 0xbf], [0x00], [0x0a], [0x22], [0x5c], [0x7b], [0x7d], [0x1f, 0x8b], [0xc3, 0xbc],
]; // biome-ignore format: a list

export const ODD_HEADERS: readonly (readonly [string, string])[] = [
  ['schema-version', '9'], ['schema-version', ''], ['schema-version', '1\u0000'], ['schema-version', '\ufeff1'], ['kind', 'Transaction'],
  ['kind', ''], ['kind', 'decision'], ['kind', 'label\n'], ['kind', '\ufeff'], ['kind', 'x'.repeat(10_000)], ['traceparent', ''],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'], ['traceparent', '\u0000\ud800'],
  ['traceparent', 'x'.repeat(10_000)], ['__proto__', 'x'], ['', ''],
]; // biome-ignore format: a list
