// What becomes of card numbers in what comes in: a token stands for each, or the record is refused.
import { createHmac } from 'node:crypto';
import {
  findCardNumbers,
  maskCardNumbers,
  mayHoldCardNumber,
  replaceCardNumbers,
  shownOfCard,
} from './card-number.ts';
import type { Problem } from './problem.ts';
import type { TextKind } from './text.ts';

export const CARD_MODES = ['token', 'refuse'] as const;
export type CardMode = (typeof CARD_MODES)[number];

export type CardPolicy =
  | { readonly mode: 'refuse' }
  | {
      readonly mode: 'token';
      /** What stands for a card number in an identifier: the same for the same card, in every process that has the key. */
      tokenOf(number: string): string;
    };

export const REFUSE_CARDS: CardPolicy = { mode: 'refuse' };

/** What a parser gives: the record, and whether a text in it reads otherwise than it came; then what came in must not be kept. */
export type ParsedRecord<T> =
  | { readonly ok: true; readonly value: T; readonly wasChanged: boolean }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const MIN_KEY_BYTES = 32;
const TOKEN_BYTES = 13;
const TOKEN_CHARACTERS = 20;
/** RFC 4648, 6, in small letters. */
const BASE_32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Six digits and four are left to be read; a hundred bits of HMAC-SHA-256 tell cards apart that share them. */
export function cardTokens(key: Uint8Array): CardPolicy {
  if (key.length < MIN_KEY_BYTES) throw new RangeError(`a key has at least ${MIN_KEY_BYTES} bytes`);
  return {
    mode: 'token',
    tokenOf: (number) => `${shownOfCard(number)}~${digestOf(key, number)}`,
  };
}

/** Tells whether two processes have the same key, and nothing of the key itself. */
export const keyCheck = (key: Uint8Array): string => digestOf(key, 'goshawk card token key');

function digestOf(key: Uint8Array, text: string): string {
  const bytes = createHmac('sha256', key).update(text).digest().subarray(0, TOKEN_BYTES);
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let result = '';
  for (let i = 0; i < TOKEN_CHARACTERS; i++) {
    result += BASE_32[Number(bits & 31n)];
    bits >>= 5n;
  }
  return result;
}

/**
 * A text without card numbers: a token stands for each in an identifier, a mask in a line or prose. Undefined where it holds
 * one and the policy refuses them.
 */
export function withoutCards(text: string, kind: TextKind, cards: CardPolicy): string | undefined {
  if (!mayHoldCardNumber(text)) return text;
  if (cards.mode === 'token') {
    return replaceCardNumbers(text, kind === 'identifier' ? cards.tokenOf : shownOfCard);
  }
  return replaceCardNumbers(text, shownOfCard) === text ? text : undefined;
}

/** What stands for a card number in raw input that is kept: a token, so that the input can be read again, or a mask. */
export const standInOf = (cards: CardPolicy): ((number: string) => string) =>
  cards.mode === 'token' ? cards.tokenOf : shownOfCard;

/** A text or key of a JSON value that holds a card number, as a JSON pointer; undefined where there is none. */
export function cardNumberIn(value: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly pointer: string }[] = [{ value, pointer: '' }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: here, pointer } = next;
    if (typeof here === 'string' && findCardNumbers(here).length > 0) return pointer;
    if (typeof here !== 'object' || here === null) continue;
    for (const [key, inner] of Object.entries(here)) {
      if (findCardNumbers(key).length > 0) return `${pointer}/${maskCardNumbers(key)}`;
      waiting.push({ value: inner, pointer: `${pointer}/${key}` });
    }
  }
  return undefined;
}

/** What is said where card numbers are refused, after the name of the field. */
export const CARD_REFUSED = 'holds a card number; send a token or a masked number';
