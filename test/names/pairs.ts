// The kinds of pairs: how a listed name is written by others, and names that only look alike.
import type { Random } from '../../src/domain/random.ts';
import {
  ARABIC_FAMILIES,
  ARABIC_NAMES,
  BUSINESSES,
  CHINESE_FAMILIES,
  CHINESE_SYLLABLES,
  COMPANY_WORDS,
  FORMS,
  KOREAN_FAMILIES,
  KOREAN_SYLLABLES,
  PATRONYMICS,
  RUSSIAN_FAMILIES,
  RUSSIAN_NAMES,
  SHORT_FAMILIES,
  SHORT_SYLLABLES,
  WESTERN_FAMILIES,
  WESTERN_NAMES,
} from './words.ts';

/** How a name that is asked for came about, and whether it is the listed party. */
export type NamePair = {
  readonly kind: string;
  readonly listed: string;
  readonly asked: string;
  readonly isSame: boolean;
};

/** Draws names and ways to write them. */
export function createPen(random: Random) {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  /** Another one than that. */
  const other = <T>(list: readonly T[], than: T): T => {
    for (;;) {
      const one = pick(list);
      if (one !== than) return one;
    }
  };
  const listedPerson = (family: string, rest: string): string => `${family.toUpperCase()}, ${rest}`;
  const spelled = (forms: readonly string[]): string => pick(forms.slice(1));
  const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);
  /** One letter left out, doubled, changed or swapped with the next, not the first. */
  const typo = (word: string): string => {
    const at = 1 + random.below(word.length - 2);
    const letter = 'aeiourntls'[random.below(10)];
    return pick([
      word.slice(0, at) + word.slice(at + 1),
      word.slice(0, at) + word[at] + word.slice(at),
      word.slice(0, at) + letter + word.slice(at + 1),
      word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
    ]);
  };
  const same = (kind: string, listed: string, asked: string): NamePair => ({
    kind,
    listed,
    asked,
    isSame: true,
  });
  const differs = (kind: string, listed: string, asked: string): NamePair => ({
    kind,
    listed,
    asked,
    isSame: false,
  });
  return { random, pick, other, listedPerson, spelled, capital, typo, same, differs };
}

type Pen = ReturnType<typeof createPen>;
type Makers = Readonly<Record<string, () => NamePair>>;

/** Words in another order, letters that are wrong, words joined and split, initials. */
function writing({ random, pick, listedPerson, spelled, capital, typo, same, differs }: Pen): Makers {
  return {
    'order of words'() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      return same('order of words', listedPerson(family, name), `${name} ${family}`);
    },
    'one letter wrong'() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      return same(
        'one letter wrong',
        listedPerson(family, name),
        random.below(2) ? `${name} ${typo(family)}` : `${typo(name)} ${family}`,
      );
    },
    'words joined'() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      return same(
        'words joined',
        listedPerson(family, name),
        random.below(2) ? name + family : `${family}${name.toLowerCase()}`,
      );
    },
    'a word split'() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      const at = 3 + random.below(family.length - 5);
      return same(
        'a word split',
        listedPerson(family, name),
        `${name} ${family.slice(0, at)}${pick([' ', '-'])}${capital(family.slice(at))}`,
      );
    },
    'Arabic joined and split'() {
      const [family, name] = [pick(ARABIC_FAMILIES), pick(ARABIC_NAMES)];
      return same(
        'Arabic joined and split',
        listedPerson('Abd el Karim', `${spelled(name)} ${spelled(family)}`),
        `${spelled(name)} ${spelled(family)} ${pick(['Abdelkarim', 'Abdulkarim', 'Abd-al-Karim', 'Abdul Karim'])}`,
      );
    },
    'initials that fit'() {
      const family = pick(WESTERN_FAMILIES);
      const [one, two] = [pick(WESTERN_NAMES), pick(WESTERN_NAMES)];
      return random.below(2)
        ? same('initials that fit', listedPerson(family, `${one[0]}. ${two[0]}.`), `${one[0]}. ${family}`)
        : same('initials that fit', listedPerson(family, `${one} ${two}`), `${one} ${two[0]}. ${family}`);
    },
    'initials that contradict'() {
      const family = pick(WESTERN_FAMILIES);
      const [one, two] = [pick(WESTERN_NAMES), pick(WESTERN_NAMES)];
      const letter = [...'ABCDEFGHIJKLMNOPRSTUVW'].filter((own) => own !== one[0] && own !== two[0]);
      return differs(
        'initials that contradict',
        listedPerson(family, `${one[0]}. ${two[0]}.`),
        `${pick(letter)}. ${family}`,
      );
    },
  };
}

/** Letters in the place of words. */
function acronyms({ pick, same, differs }: Pen): Makers {
  return {
    acronyms() {
      const [a, b, c] = Array.from({ length: 3 }, () => pick([...'ABCDEFGHKLMNPRSTVXZ']));
      const [form] = pick(FORMS);
      return same(
        'acronyms',
        `${a}.${b}.${c}. ${pick(BUSINESSES)[0].toUpperCase()} ${form}`.replace(
          / (\S+) (\S+)$/,
          ' TRADING $2',
        ),
        `${pick([`${a}${b}${c}`, `${a} ${b} ${c}`, `${a}-${b}-${c}`])} Trading${pick(['', ` ${form}`])}`,
      );
    },
    'acronyms that contradict'() {
      const [a, b, c, x, y] = Array.from({ length: 5 }, () => pick([...'ABCDEFGHKLMNPRSTVXZ']));
      const wrong = x === a ? (a === 'Z' ? 'X' : 'Z') : x;
      return differs(
        'acronyms that contradict',
        `${a}.${b}.${c}. TRADING CO.`,
        `${wrong}.${y === b ? 'W' : y}.${c} Trading LLC`,
      );
    },
  };
}

/** Fathers' names, and names of other scripts in Latin letters. */
function russianAndArabic({ random, pick, other, listedPerson, spelled, same, differs }: Pen): Makers {
  return {
    'patronymic left out'() {
      const [family, name] = [pick(RUSSIAN_FAMILIES), pick(RUSSIAN_NAMES)];
      return same(
        'patronymic left out',
        listedPerson(spelled(family), `${spelled(name)} ${pick(PATRONYMICS)}`),
        `${spelled(name)} ${spelled(family)}`,
      );
    },
    'patronymic contradicted'() {
      const [family, name, father] = [pick(RUSSIAN_FAMILIES), pick(RUSSIAN_NAMES), pick(PATRONYMICS)];
      return differs(
        'patronymic contradicted',
        listedPerson(family[1], `${name[1]} ${father}`),
        `${name[1]} ${other(PATRONYMICS, father)} ${family[1]}`,
      );
    },
    Cyrillic() {
      const [family, name] = [pick(RUSSIAN_FAMILIES), pick(RUSSIAN_NAMES)];
      return same('Cyrillic', listedPerson(spelled(family), spelled(name)), `${name[0]} ${family[0]}`);
    },
    'Arabic script'() {
      const [family, name] = [pick(ARABIC_FAMILIES), pick(ARABIC_NAMES)];
      return random.below(2)
        ? same(
            'Arabic script',
            listedPerson(`al-${spelled(family)}`, spelled(name)),
            `${name[0]} ${family[0]}`,
          )
        : same('Arabic script', `${name[0]} ${family[0]}`, `${spelled(name)} al-${spelled(family)}`);
    },
    'Arabic spellings and articles'() {
      const [family, name] = [pick(ARABIC_FAMILIES), pick(ARABIC_NAMES)];
      return same(
        'Arabic spellings and articles',
        listedPerson(spelled(family), `${spelled(name)} al-`),
        `${spelled(name)} ${pick(['al-', 'Al ', 'el-', ''])}${spelled(family)}`,
      );
    },
  };
}

/** Names of syllables. */
function chineseAndKorean({ random, pick, other, listedPerson, capital, same, differs }: Pen): Makers {
  return {
    Chinese() {
      const [family, one, two] = [pick(CHINESE_FAMILIES), pick(CHINESE_SYLLABLES), pick(CHINESE_SYLLABLES)];
      const given = capital(one[1] + two[1]);
      const han = family[0] + one[0] + two[0];
      const written = [
        `${family[1]} ${capital(one[1])} ${capital(two[1])}`,
        `${family[1]} ${capital(one[1])}-${capital(two[1])}`,
        `${given} ${family[1]}`,
        han,
        `${family[0]} ${one[0]}${two[0]}`,
      ];
      return random.below(2)
        ? same('Chinese', listedPerson(family[1], given), pick(written))
        : same('Chinese', han, `${family[1]} ${given}`);
    },
    Korean() {
      const [family, one, two] = [pick(KOREAN_FAMILIES), pick(KOREAN_SYLLABLES), pick(KOREAN_SYLLABLES)];
      const hangul = family[0] + one[0] + two[0];
      const written = [
        `${family[1]} ${capital(one[1])} ${capital(two[1])}`,
        `${family[1]} ${capital(one[1])}${two[1]}`,
        `${family[0]} ${one[0]}${two[0]}`,
        `${capital(one[1])}-${two[1]} ${family[1]}`,
      ];
      return same('Korean', hangul, pick(written));
    },
    'short syllables'() {
      const family = pick(SHORT_FAMILIES);
      const name = pick(SHORT_SYLLABLES);
      return differs(
        'short syllables',
        listedPerson(family, capital(name)),
        `${family} ${capital(other(SHORT_SYLLABLES, name))}`,
      );
    },
  };
}

/** Legal forms, and what is said of a business. */
function companies({ random, pick, other, same, differs }: Pen): Makers {
  return {
    'forms of companies'() {
      const [name, business, form] = [pick(COMPANY_WORDS), pick(BUSINESSES), pick(FORMS)];
      return same(
        'forms of companies',
        `${name} ${business.join(' ')} ${form[0]}`.toUpperCase(),
        `${name} ${business.join(' ')}${pick(['', ` ${pick(form)}`])}`,
      );
    },
    'abbreviated business'() {
      const [name, form] = [pick(COMPANY_WORDS), pick(FORMS)];
      const [long, short] = pick([
        ['Communication Group', 'Comm Grp'],
        ['Energy Technology', 'Energy Tech'],
        ['Shipping Services', 'Shipping Srvcs'],
        ['International Trading', 'Intl Trading'],
        ['Engineering Services', 'Engr Services'],
      ]);
      return same(
        'abbreviated business',
        `${name} ${long} ${form[0]}`.toUpperCase(),
        `${name} ${short} ${pick(form)}`,
      );
    },
    'another company in the same business'() {
      const [name, business, form] = [pick(COMPANY_WORDS), pick(BUSINESSES), pick(FORMS)];
      return differs(
        'another company in the same business',
        `${name} ${business.join(' ')} ${form[0]}`.toUpperCase(),
        `${other(COMPANY_WORDS, name)} ${business.join(' ')} ${form[0]}`,
      );
    },
    'other numbers'() {
      const number = 10_000 + random.below(90_000);
      const form = pick(FORMS);
      return random.below(2)
        ? differs(
            'other numbers',
            `${number} ${form[0]}`.toUpperCase(),
            `${number + 1 + random.below(9)} ${form[0]}`,
          )
        : same('numbers', `${number} ${form[0]}`.toUpperCase(), `${number} ${pick(form)}`);
    },
  };
}

/** Parts of names, and titles. */
function peopleAlike({ pick, other, listedPerson, same, differs }: Pen): Makers {
  return {
    'another first name'() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      return differs(
        'another first name',
        listedPerson(family, name),
        `${other(WESTERN_NAMES, name)} ${family}`,
      );
    },
    'family name alone'() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      return differs(
        'family name alone',
        listedPerson(family, name),
        pick([`Mr ${family}`, family, `${family} & Co`]),
      );
    },
    'joined form'() {
      const [name, form] = [pick(COMPANY_WORDS), pick(['JSC', 'LLC', 'OOO'])];
      return same(
        'joined form',
        `${form} ${name.toUpperCase()}`,
        pick([`${form}${name}`, `${name}${form}`, `${name} ${form}`]),
      );
    },
    titles() {
      const [family, name] = [pick(WESTERN_FAMILIES), pick(WESTERN_NAMES)];
      return same(
        'titles',
        listedPerson(family, name),
        `${pick(['Mr', 'Dr.', 'Prof. Dr.', 'Sheikh', 'Mrs.'])} ${name} ${family}`,
      );
    },
  };
}

export const makersOf = (pen: Pen): Makers => ({
  ...writing(pen),
  ...acronyms(pen),
  ...russianAndArabic(pen),
  ...chineseAndKorean(pen),
  ...companies(pen),
  ...peopleAlike(pen),
});
