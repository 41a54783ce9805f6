// The one form of what parties, devices and accounts are called: what is written in several ways by the people who send it
// is one key of histories, lists and screens.
import { ibanForm } from './iban.ts';

const AT = 0x40;
const PLUS = 0x2b;
const LAST_ASCII = 0x7e;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
/** After a plus the country's code stands, so that all of it is digits; E.164 has at most fifteen. */
const TELEPHONE = /^\+[\d\s\p{Zs}()./-]+$/u;
const NOT_DIGITS = /\D/g;
const MIN_DIGITS = 7;
const MAX_DIGITS = 15;

/**
 * An identifier in its one form: composed (Unicode NFC), without blanks at its ends; an IBAN (ISO 13616, where its check digits
 * are right) in capitals without blanks and hyphens, an international telephone number (E.164) as a plus and digits, an e-mail
 * address in small letters. What is none of these stays as it is.
 */
export function identifierForm(text: string): string {
  let isAscii = true;
  let hasAt = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > LAST_ASCII) isAscii = false;
    else if (code === AT) hasAt = true;
  }
  const kept = (isAscii ? text : text.normalize('NFC')).trim();
  if (hasAt && EMAIL.test(kept)) {
    const small = kept.toLowerCase();
    // A few capitals become two characters: such an address would outgrow what identifiers may have.
    return small.length === kept.length ? small : kept;
  }
  return kept.charCodeAt(0) === PLUS ? telephoneForm(kept) : (ibanForm(kept) ?? kept);
}

function telephoneForm(text: string): string {
  if (!TELEPHONE.test(text)) return text;
  // "+44 (0)20 …": the zero is dialled within the country only.
  const digits = text.replace(/\(0\)/, '').replaceAll(NOT_DIGITS, '');
  return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS ? `+${digits}` : text;
}
