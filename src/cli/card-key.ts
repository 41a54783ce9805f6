// Card numbers at a desk of one process: what becomes of them, and the key of its data folder.
import { randomBytes } from 'node:crypto';
import { MIN_KEY_BYTES } from '../domain/card-policy.ts';
import { type CardSettings, cardMode, cardSettings } from '../runtimes/card-settings.ts';
import { CARD_KEY_FILE, secretIn } from '../stack/secret-file.ts';
import type { OptionSpec } from './options.ts';

export const CARD_SPECS = {
  'card-numbers': {
    type: 'string',
    value: 'MODE',
    help: 'token: a token stands for each; refuse: what holds one is refused [CARD_NUMBERS, or token]',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What `--card-numbers` says, or the environment. Throws InputError. */
export const cardModeOf = (given: string | undefined): ReturnType<typeof cardMode> =>
  given === undefined
    ? cardMode('CARD_NUMBERS', process.env.CARD_NUMBERS)
    : cardMode('--card-numbers', given);

/**
 * The key is made with the folder and stays in it, unless one is given; where nothing is kept, neither is a key. Throws
 * InputError.
 */
export function cardsOfFolder(
  dataDir: string | undefined,
  mode: ReturnType<typeof cardMode>,
  given: string | undefined,
): CardSettings {
  if (mode === 'refuse') return cardSettings(mode, '', '');
  if (given) return cardSettings(mode, given, 'CARD_TOKEN_KEY');
  if (dataDir === undefined)
    return cardSettings(mode, randomBytes(MIN_KEY_BYTES).toString('base64'), 'the key');
  return cardSettings(mode, secretIn(dataDir, CARD_KEY_FILE), `${dataDir}/${CARD_KEY_FILE}`);
}
