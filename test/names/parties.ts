// Parties as lists of sanctions name them, drawn by seed, and how others write the same party, or one that is not.
import type { Random } from '../../src/domain/random.ts';

/** How a name that is asked for came about, and whether it is the listed party. */
export type NamePair = {
  readonly kind: string;
  readonly listed: string;
  readonly asked: string;
  readonly isSame: boolean;
};

const words = (text: string): readonly string[] => text.split(' ');
const spellings = (text: string): readonly (readonly string[])[] =>
  text.split(' ').map((one) => one.split('/'));

/** Cyrillic, and how it is written in Latin letters. */
const RUSSIAN_FAMILIES = spellings(
  'Ермаковский/Ermakovsky/Yermakovskiy/Ermakovskij Махлутов/Makhlutov/Mahlutov Зубрилин/Zubrilin/Zoubriline Щербаченко/Shcherbachenko/Scherbachenko Тимошевский/Timoshevsky/Timoshevskiy Кузьмичёв/Kuzmichev/Kuzmichyov Гордиевич/Gordievich/Gordiyevich Лапшинский/Lapshinsky/Lapshinskiy Вознесенко/Voznesenko/Vosnesenko Дробышев/Drobyshev/Drobishev Полуянов/Poluyanov/Polujanov Стрельников/Strelnikov/Strelnikoff',
);
const RUSSIAN_NAMES = spellings(
  'Валерий/Valery/Valeriy/Valerii Геннадий/Gennady/Gennadiy Ярослав/Yaroslav/Jaroslav Тимофей/Timofey/Timofei Вячеслав/Vyacheslav/Viacheslav Евгений/Evgeny/Yevgeniy/Evgenii Станислав/Stanislav Георгий/Georgy/Georgiy/Georgii',
);
const PATRONYMICS = words(
  'Nikolaevich Konstantinovich Borisovich Anatolyevich Leonidovich Petrovich Vladimirovich Stepanovich',
);
/** Arabic, and spellings of it. */
const ARABIC_FAMILIES = spellings(
  'الغدفاري/Ghadfari/Ghadfary/Gadhfari الزهراوي/Zahrawi/Zahraoui/Zehrawi البغدادلي/Baghdadli/Bagdadli/Baghdadly الحمداني/Hamdani/Hamdany الشرقاوي/Sharqawi/Sharkawi/Charkaoui الدليمي/Dulaimi/Dulaymi/Duleimi التكريتي/Tikriti/Takriti المرزوقي/Marzouqi/Marzuki/Marzougi',
);
const ARABIC_NAMES = spellings(
  'محمد/Mohammed/Muhammad/Mohamed/Muhamad خالد/Khalid/Khaled عبدالكريم/Abdulkarim/Abdelkarim يوسف/Yousef/Yusuf/Youssef مصطفى/Mustafa/Mostafa/Moustafa جمال/Jamal/Jamaal/Gamal سليمان/Suleiman/Sulayman/Sulaiman ابراهيم/Ibrahim/Ebrahim/Ibraheem حسين/Hussein/Husayn/Hussain',
);
const CHINESE_FAMILIES = spellings('赵/Zhao 钱/Qian 陈/Chen 黄/Huang 郭/Guo 邓/Deng 曹/Cao 彭/Peng');
const CHINESE_SYLLABLES = spellings(
  '文/wen 龙/long 建/jian 国/guo 明/ming 志/zhi 强/qiang 海/hai 晓/xiao 东/dong 伟/wei 丽/li',
);
const KOREAN_FAMILIES = spellings('김/Kim 박/Park 최/Choi 강/Kang 윤/Yoon 장/Jang');
const KOREAN_SYLLABLES = spellings('민/min 준/jun 수/su 진/jin 영/yeong 호/ho 성/seong 지/ji');
const WESTERN_FAMILIES = words(
  'Vandersloot Brennecke Castellano Ferrarini Lindqvist Hollenbeck Montserrat Delacroix Ostrander Zimmerli Bergstrand Fitzsimmons Calderwood Petrakis Rademaker',
);
const WESTERN_NAMES = words(
  'Leonard Francesca Margarethe Sebastian Guillermo Cornelius Valentina Theodore Benedikt Rosalinda Frederick Giovanna',
);
const COMPANY_WORDS = words(
  'Orlantex Veltoil Nordsee Qinghao Bellatrix Kestrelon Marovian Sundaria Polymetrix Hexavolt Tavrida Agromondo Caspiana Zenithal Lodestar Brightwater',
);
const BUSINESSES: readonly (readonly string[])[] = [
  ['Trading'], ['Shipping', 'Services'], ['Energy', 'Technology'], ['Communication', 'Group'], ['International', 'Holding'], ['Engineering'],
  ['Petroleum', 'Industries'], ['Import', 'Export'],
]; // biome-ignore format: a list
const FORMS: readonly (readonly string[])[] = [
  ['LLC', 'L.L.C.', 'Llc'], ['JSC', 'J.S.C.'], ['Ltd', 'Limited', 'LTD.'], ['Co.', 'Company', 'Comp.'], ['Corp.', 'Corporation'], ['GmbH', 'G.m.b.H.'],
  ['OOO', 'ООО'], ['S.A.', 'SA'],
]; // biome-ignore format: a list
const SHORT_SYLLABLES = words('ma mo mi mu li lu le la wu wi yu yi ye fu fo he hu xu xi go gu ni na');
const SHORT_FAMILIES = words('Ma Li Wu Xu He Hu Yu Lu');

export function createParties(random: Random) {
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

  const makers: Readonly<Record<string, () => NamePair>> = {
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
  const kinds = Object.values(makers);
  let next = 0;
  /** Given names and families of everywhere, so many letters and syllables at random. */
  const madeUp = (): string => {
    const syllables = words(
      'ka mur ra ti so ber li nor fa den gu zi har man tov ski ben tal ko ter vas dos san che wul lin yun ab del pra mo ri ca lo es fer nan ' +
        'bro cla dri gle hol jas kel lum mer nak ost pel qui ros sha tun ulf vin wer xan yor zel bek cor dag fin gar hum ing jor',
    );
    const one = (): string =>
      capital(Array.from({ length: 2 + random.below(3) }, () => pick(syllables)).join(''));
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
