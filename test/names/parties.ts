// Parties as lists of sanctions name them, drawn by seed, and how others write the same party, or one that is not.
import type { Random } from '../../src/domain/random.ts';
import { createPen, makersOf, type NamePair } from './pairs.ts';
import {
  ARABIC_NAMES,
  BUSINESSES,
  CHINESE_FAMILIES,
  CHINESE_SYLLABLES,
  FORMS,
  PATRONYMICS,
  RUSSIAN_FAMILIES,
  RUSSIAN_NAMES,
  SYLLABLES,
  WESTERN_FAMILIES,
  WESTERN_NAMES,
} from './words.ts';

export function createParties(random: Random) {
  const pen = createPen(random);
  const { pick, spelled, capital } = pen;
  const makers = makersOf(pen);
  const kinds = Object.values(makers);
  let next = 0;
  /** Given names and families of everywhere, so many letters and syllables at random. */
  const madeUp = (): string => {
    const one = (): string =>
      capital(Array.from({ length: 2 + random.below(3) }, () => pick(SYLLABLES)).join(''));
    return Array.from({ length: 2 + random.below(2) }, one).join(' ');
  };
  const anybody = (): string => {
    switch (random.below(8)) {
      case 0: return `${pick(WESTERN_NAMES)} ${pick(WESTERN_FAMILIES)}`;
      case 1: return `${spelled(pick(RUSSIAN_NAMES))} ${pick(PATRONYMICS)} ${spelled(pick(RUSSIAN_FAMILIES))}`;
      case 2: return `${spelled(pick(ARABIC_NAMES))} ${spelled(pick(ARABIC_NAMES))} ${madeUp().split(' ')[0]}`;
      case 3: return `${pick(CHINESE_FAMILIES)[1]} ${capital(pick(CHINESE_SYLLABLES)[1] + pick(CHINESE_SYLLABLES)[1])}`;
      case 4: return `${madeUp().split(' ')[0]} ${pick(BUSINESSES).join(' ')} ${pick(FORMS)[0]}`;
      default: return madeUp();
    }
  }; // biome-ignore format: a list
  return {
    /** One pair of each kind in turn. */
    pair: (): NamePair => kinds[next++ % kinds.length](),
    kinds: Object.keys(makers),
    madeUp,
    anybody,
  };
}
