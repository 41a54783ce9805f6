// IBANs (ISO 13616): how long they are by country, and their check digits.

/** Lengths as in the registry of SWIFT, release 99 (December 2024). */
const LENGTHS =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 ' +
  'FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
  'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 ' +
  'SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30';
const lengthOf: ReadonlyMap<string, number> = new Map(
  LENGTHS.split(' ').map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const BEGINNING = /[A-Z]{2}\d{2}/gi;
/** Blanks and hyphens between groups, as people write them. */
const GROUPS = /[\s\p{Zs}-]+/gu;
const STARTS_LIKE_ONE = /^[A-Z]{2}\d[\d\s\p{Zs}-]/iu;
const ONLY_ALPHANUMERIC = /^[0-9A-Z]+$/;
const ALPHANUMERIC = /[0-9A-Z]/i;
const BETWEEN = /[\s\p{Zs}-]/u;

/** An IBAN in capitals without blanks and hyphens; undefined where the text is none. */
export function ibanForm(text: string): string | undefined {
  if (!STARTS_LIKE_ONE.test(text)) return undefined;
  const compact = text.replaceAll(GROUPS, '').toUpperCase();
  const isOne = lengthOf.get(compact.slice(0, 2)) === compact.length && ONLY_ALPHANUMERIC.test(compact);
  return isOne && remainder(compact) === 1 ? compact : undefined;
}

/** Whether what stands from `start` up to `end` is part of an IBAN. */
export function isWithinIban(text: string, start: number, end: number): boolean {
  for (const { index } of text.matchAll(BEGINNING)) {
    if (index >= start) return false;
    const length = lengthOf.get(text.slice(index, index + 2).toUpperCase());
    if (length === undefined) continue;
    let at = index;
    let letters = '';
    for (; at < text.length && letters.length < length; at++) {
      if (ALPHANUMERIC.test(text[at])) letters += text[at];
      else if (!BETWEEN.test(text[at])) break;
    }
    if (at >= end && letters.length === length && remainder(letters) === 1) return true;
  }
  return false;
}

/** ISO 7064 MOD 97-10, letters as numbers from 10 on. */
function remainder(iban: string): number {
  let rest = 0;
  for (const letter of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(letter, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
