// What becomes of card numbers, as a bank sets it for all its processes, and the key that all of them must share.
import {
  CARD_MODES,
  type CardMode,
  type CardPolicy,
  cardTokens,
  keyCheck,
  MIN_KEY_BYTES,
  REFUSE_CARDS,
} from '../domain/card-policy.ts';
import { InputError } from '../domain/input-error.ts';
import type { Settings } from '../ports/office/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type CardSettings = {
  readonly policy: CardPolicy;
  /** The same for the same key; undefined where there is none. */
  readonly keyCheck: string | undefined;
};

const REFUSING: CardSettings = { policy: REFUSE_CARDS, keyCheck: undefined };

/** By its name, as it was given there; token where nothing was. Throws InputError. */
export function cardMode(name: string, given: string | undefined): CardMode {
  if (given === undefined || given === '') return 'token';
  const mode = CARD_MODES.find((one) => one === given);
  if (!mode) throw new InputError(`${name} is "${given}"; it must be one of ${CARD_MODES.join(', ')}.`);
  return mode;
}

/** A key in base64 or base64url. Throws InputError that says nothing of the key. */
export function cardSettings(mode: CardMode, key: string, name: string): CardSettings {
  if (mode === 'refuse') return REFUSING;
  const bytes = /^[\w+/-]+={0,2}$/.test(key) ? Buffer.from(key, 'base64') : Buffer.alloc(0);
  if (bytes.length < MIN_KEY_BYTES) {
    throw new InputError(
      `${name} must be at least ${MIN_KEY_BYTES} random bytes in base64, such as openssl rand -base64 32 gives.`,
    );
  }
  return { policy: cardTokens(bytes), keyCheck: keyCheck(bytes) };
}

/** Of a distributed installation: the key comes from outside, since every process needs the same one. Throws InputError. */
export function cardSettingsFrom(env: Environment): CardSettings {
  const mode = cardMode('CARD_NUMBERS', env.CARD_NUMBERS);
  if (mode === 'refuse') return REFUSING;
  if (!env.CARD_TOKEN_KEY) {
    throw new InputError(
      'CARD_TOKEN_KEY is not set. Card numbers become tokens with it, so it must be the same in every process and must not be ' +
        'lost: 32 random bytes in base64. CARD_NUMBERS=refuse refuses card numbers instead.',
    );
  }
  return cardSettings(mode, env.CARD_TOKEN_KEY, 'CARD_TOKEN_KEY');
}

/** For commands that read files and keep no desk: where there is no key, card numbers are refused. Throws InputError. */
export const cardsOfFiles = (env: Environment): CardPolicy =>
  env.CARD_TOKEN_KEY ? cardSettingsFrom(env).policy : REFUSE_CARDS;

/** Throws InputError where the database was filled with tokens of another key: the same card would be two. */
export async function checkCardKey(
  settings: Settings,
  { keyCheck: own }: CardSettings,
  name: string,
): Promise<void> {
  if (own === undefined) return;
  const kept = await settings.keep('cardTokenKey', own);
  if (kept === own) return;
  throw new InputError(
    `${name} is not the key that the card numbers in this database became tokens with: every card would be a new one. ` +
      'Put the key of then back (from its backup), or refuse card numbers.',
  );
}
