// Fields that may never be kept, whoever sends them: security codes, PINs, tracks of magnetic stripes (PCI DSS 3.3.1).

/** Wherever they stand in a name: cardCvv, cvv_code, encryptedPinBlock. */
const ANYWHERE = new Set([
  'cvv', 'cvv1', 'cvv2', 'cvc', 'cvc1', 'cvc2', 'cav2', 'icvv', 'dcvv', 'dcvc', 'securitycode', 'verificationcode', 'verificationvalue',
  'verificationnumber', 'pinblock', 'pinverification', 'pinverificationvalue', 'track1', 'track2', 'track3', 'trackdata', 'trackone', 'tracktwo',
  'magstripe', 'magneticstripe', 'magnetictrack',
]); // biome-ignore format: a list
/** Only as the last words of a name, since they also mean other things: customerPin, and not pinned. */
const AT_THE_END = new Set([
  'pin',
  'pin1',
  'pin2',
  'pvv',
  'pvki',
  'csc',
  'cvn',
  'cvn2',
  'cvd',
  'cav',
  'encryptedpin',
  'pinoffset',
]);
/** Only as the whole name. */
const WHOLE = new Set(['cid', 'track', 'tracks', 'securitycodes']);
/** What is said of one; what it holds is said nowhere. */
export const SENSITIVE_FIELD =
  'This is a security code, a PIN or a track of a card: none of them may be kept (PCI DSS 3.3). Send it without.';

const LONGEST_NAME = 120;
const MOST_WORDS = 3;
const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+/gu;

/** Whether a field of this name holds a security code, a PIN or a track, however the name is written. */
export function isSensitiveField(name: string): boolean {
  const folded = name
    .slice(0, LONGEST_NAME)
    .normalize('NFKC')
    .replaceAll(/[\p{M}\p{Cf}]/gu, '');
  const squeezed = folded.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  if (ANYWHERE.has(squeezed) || AT_THE_END.has(squeezed) || WHOLE.has(squeezed)) return true;
  const words = (folded.match(WORD) ?? []).map((word) => word.toLowerCase());
  for (let from = 0; from < words.length; from++) {
    let joined = '';
    for (let to = from; to < Math.min(words.length, from + MOST_WORDS); to++) {
      joined += words[to];
      if (ANYWHERE.has(joined) || (to === words.length - 1 && AT_THE_END.has(joined))) return true;
    }
  }
  return false;
}

/** The first sensitive field of a JSON value, at whatever depth, as a JSON pointer; undefined where there is none. */
export function sensitiveFieldIn(value: unknown): string | undefined {
  // With a stack of its own: what comes from outside may be nested deeper than calls may be.
  const waiting: { readonly value: unknown; readonly pointer: string }[] = [{ value, pointer: '' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: here, pointer } = next;
    if (typeof here !== 'object' || here === null) continue;
    for (const [name, inner] of Object.entries(here)) {
      const at = `${pointer}/${name.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!Array.isArray(here) && isSensitiveField(name)) return at;
      if (typeof inner === 'object') waiting.push({ value: inner, pointer: at });
    }
  }
  return undefined;
}
