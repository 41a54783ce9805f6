// Which card numbers there are: how they begin, how long they are, and their check digit (ISO/IEC 7812-1).
// Ranges as the networks had published them by 2024 (their public BIN tables; Wikipedia "Payment card number", revision of
// 2024-08-17), written down in November 2026. Where a network's own texts and lists differ the wider range is taken: a number
// that is none becomes a token, one that is missed stands in clear.

export type CardIssuer = {
  readonly name: string;
  /** First digits, from and to, of the same length. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly lengths: readonly number[];
  /** Some of its cards have no check digit that fits, at these lengths. */
  readonly uncheckedLengths?: readonly number[];
};

const FROM_13 = [13, 14, 15, 16, 17, 18, 19];
const FROM_16 = [16, 17, 18, 19];

export const CARD_ISSUERS: readonly CardIssuer[] = [
  { name: 'Visa', ranges: [[4, 4]], lengths: [13, 16, 19] },
  { name: 'Mastercard', ranges: [[51, 55], [2221, 2720]], lengths: [16] },
  { name: 'American Express', ranges: [[34, 34], [37, 37]], lengths: [15] },
  { name: 'Diners Club', ranges: [[300, 305], [3095, 3095], [36, 36], [38, 39]], lengths: [14, ...FROM_16] },
  { name: 'Discover', ranges: [[6011, 6011], [644, 649], [65, 65]], lengths: FROM_16 },
  { name: 'JCB', ranges: [[3528, 3589]], lengths: FROM_16 },
  { name: 'UnionPay', ranges: [[62, 62]], lengths: FROM_16, uncheckedLengths: [16, 19] },
  { name: 'UnionPay', ranges: [[81, 81]], lengths: FROM_16 },
  { name: 'Mir', ranges: [[2200, 2204]], lengths: FROM_16 },
  { name: 'RuPay', ranges: [[60, 60], [6521, 6522], [817, 820], [508, 508], [353, 353], [356, 356]], lengths: [16] },
  { name: 'Troy', ranges: [[9792, 9792], [65, 65]], lengths: [16] },
  { name: 'Verve', ranges: [[506099, 506198], [507865, 507964], [650002, 650027]], lengths: [16, 18, 19] },
  {
    name: 'Elo',
    ranges: [
      [401178, 401179], [438935, 438935], [457631, 457632], [504175, 504175], [506699, 506778], [509000, 509999],
      [627780, 627780], [636297, 636297], [636368, 636369], [650031, 650033], [650035, 650051], [650405, 650439],
      [650485, 650538], [650541, 650598], [650700, 650718], [650720, 650727], [650901, 650978], [651652, 651679],
      [655000, 655019], [655021, 655058],
    ],
    lengths: [16],
  },
  { name: 'Hipercard', ranges: [[606282, 606282], [3841, 3841], [637095, 637095], [637568, 637612]], lengths: [16, 19] },
  { name: 'Dankort', ranges: [[5019, 5019], [4571, 4571]], lengths: [16] },
  { name: 'Interpayment', ranges: [[636, 639]], lengths: FROM_16 },
  { name: 'Uzcard and Humo', ranges: [[8600, 8600], [5614, 5614], [9860, 9860]], lengths: [16] },
  { name: 'Borica', ranges: [[2205, 2205]], lengths: [16] },
  {
    name: 'Maestro',
    ranges: [
      [5018, 5018], [5020, 5020], [5038, 5038], [5612, 5612], [5893, 5893], [6304, 6304], [6390, 6390],
      [6703, 6703], [6706, 6706], [6709, 6709], [6759, 6759], [6761, 6763], [6767, 6767], [6771, 6771],
    ],
    lengths: FROM_13,
  },
  // All that Mastercard ever set aside for it; shorter numbers in these ranges are rarely cards and often something else.
  { name: 'Maestro', ranges: [[50, 50], [56, 58], [60, 69]], lengths: [16, 18, 19] },
]; // biome-ignore format: a table

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
const LONGEST_PREFIX = 6;

/** By the first digits: issuers whose ranges hold them. A number is looked up by its first one to six digits. */
const byPrefix = new Map<number, readonly CardIssuer[]>();
for (const issuer of CARD_ISSUERS) {
  for (const [from, to] of issuer.ranges) {
    for (let prefix = from; prefix <= to; prefix++) {
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), issuer]);
    }
  }
}

/** Whether the last of the digits is what the others ask for (Luhn; ISO/IEC 7812-1 annex B). */
function hasCheckDigit(digits: Uint8Array, start: number, end: number): boolean {
  let sum = 0;
  for (let i = end - 1, doubled = false; i >= start; i--, doubled = !doubled) {
    const digit = doubled ? digits[i] * 2 : digits[i];
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** The issuer whose card number these digits are, from `start` up to `end`; undefined where they are none. */
export function issuerOf(digits: Uint8Array, start: number, end: number): CardIssuer | undefined {
  const length = end - start;
  if (length < MIN_DIGITS || length > MAX_DIGITS) return undefined;
  const checked = hasCheckDigit(digits, start, end);
  let prefix = 0;
  for (let i = 0; i < LONGEST_PREFIX; i++) {
    prefix = prefix * 10 + digits[start + i];
    // A prefix that begins with 0 would be another one without it.
    if (prefix === 0) return undefined;
    for (const issuer of byPrefix.get(prefix) ?? []) {
      if (!issuer.lengths.includes(length)) continue;
      if (checked || issuer.uncheckedLengths?.includes(length)) return issuer;
    }
  }
  return undefined;
}
