// From a name to its words, in plain letters, each with what kind of word it is: what tells a party apart weighs, what many carry
// does not, and nothing is thrown away.
import anyAscii from 'any-ascii';
import { isBusiness, isCommon } from './common-words.ts';

export type WordKind =
  /** Says which party it is. */
  | 'word'
  /** Many people are called so, or many companies do that. */
  | 'common'
  /** Tells apart by every digit. */
  | 'number'
  /** One letter: of a word that is not written out, or of an acronym. */
  | 'initial'
  /** Part of a name that is left out as often as not: al, bin, von. */
  | 'particle'
  /** What kind of company it is. */
  | 'form';

/** Abjads (Arabic, Hebrew) write no vowels; a syllable is a sign of Chinese, Japanese or Korean, and each of them tells. */
export type Script = 'letters' | 'abjad' | 'syllable';

export type NameWord = {
  /** In small plain letters. */
  readonly text: string;
  readonly kind: WordKind;
  readonly weight: number;
  readonly script: Script;
};

const MAX_NAME = 200;
export const MAX_WORDS = 12;

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const TITLES = set(
  'mr mrs ms miss dr prof sir haji hajj sheikh shaikh shaykh sayyid mullah maulvi eng gen col capt maj lt',
);
const PARTICLES = set(
  'al el ul ad as ash at an ar az bin ben ibn bint abu abou um umm van von der den ter ten de da do dos das di del della dela la le du the of and und et e y st',
);
/** Forms of companies, by what they are short for. */
const FORMS: Readonly<Record<string, string>> = {
  limited: 'ltd', ltd: 'ltd', ltda: 'ltd', llc: 'llc', inc: 'inc', incorporated: 'inc', corp: 'corp', corporation: 'corp', co: 'co',
  company: 'co', comp: 'co', cie: 'co', compagnie: 'co', gmbh: 'gmbh', ag: 'ag', sa: 'sa', sas: 'sas', spa: 'spa', plc: 'plc', ooo: 'ooo',
  oao: 'oao', zao: 'zao', pao: 'pao', ao: 'ao', jsc: 'jsc', pjsc: 'jsc', ojsc: 'jsc', cjsc: 'jsc', bv: 'bv', nv: 'nv', oy: 'oy', ab: 'ab',
  sarl: 'sarl', srl: 'srl', kg: 'kg', lp: 'lp', llp: 'llp', pte: 'pte', pty: 'pty', sdn: 'sdn', bhd: 'bhd', fze: 'fze', fzco: 'fzco', fzc: 'fzco',
  est: 'est', sro: 'sro', doo: 'doo', dd: 'dd', zoo: 'zoo', ood: 'ood', eood: 'eood', epe: 'epe', ae: 'ae', oe: 'oe', vos: 'vos', uab: 'uab', as: 'as', tbk: 'tbk', bt: 'bt', zrt: 'zrt', kk: 'kk', sia: 'sia', cty: 'cty', tnhh: 'tnhh', kft: 'kft', tic: 'tic', sti: 'sti', pvt: 'pvt', private: 'pvt',
}; // biome-ignore format: a list
/** What may as well be a name where little else is said. */
const MAY_BE_NAMES = set(
  'co sa ag ab ao as bin ben al an el de la di le do da van abu um e y at st est lt gen',
);
type Part = { readonly text: string; readonly script: Script };

/** What comes before a name elsewhere is one in Vietnam and Korea, where it stands last. */
const NAMES_WHEN_LAST = set('le do da di an van la e y la dos');

function kindIn({ text, script }: Part, isLast: boolean): WordKind {
  const kind = kindOf(text);
  if (kind === 'number') return kind;
  if (script === 'syllable') return text === 'ltd' ? 'form' : 'word';
  return kind === 'particle' && isLast && NAMES_WHEN_LAST.has(text) ? 'word' : kind;
}

const WEIGHT: Readonly<Record<Exclude<WordKind, 'word' | 'common'>, number>> = {
  number: 1,
  initial: 0.25,
  particle: 0.1,
  form: 0.1,
};

/** Eight letters tell as much as any more. */
const lengthWeight = (text: string): number => Math.max(0.25, Math.min(text.length, 8) / 8);

export function kindOf(text: string): WordKind {
  if (/^\d+$/.test(text)) return 'number';
  if (text.length === 1) return 'initial';
  if (Object.hasOwn(FORMS, text)) return 'form';
  if (PARTICLES.has(text)) return 'particle';
  return isCommon(text) ? 'common' : 'word';
}

/** Half of the letters are not written. */
const ABJAD_WEIGHT = 1.7;
const SYLLABLE_WEIGHT = 0.5;

function weightOf(text: string, kind: WordKind, script: Script): number {
  if (kind !== 'word' && kind !== 'common') return WEIGHT[kind];
  if (script === 'syllable') return SYLLABLE_WEIGHT;
  const length = Math.min(1, lengthWeight(text) * (script === 'abjad' ? ABJAD_WEIGHT : 1));
  return length * (kind === 'word' ? 1 : isBusiness(text) ? 0.35 : 0.75);
}

const word = ({ text, script }: Part, kind: WordKind): NameWord => ({
  text: kind === 'form' ? (FORMS[text] ?? text) : text,
  kind,
  weight: weightOf(text, kind, script),
  script,
});

const BY_SYLLABLE = /[\p{Script=Han}\p{Script=Hangul}]/u;
const ABJAD = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
/** Written as one with its word; one letter after it is no word. */
const ARABIC_ARTICLE = /^(\u0627\u0644)(.{2,})$/u;
/** Companies in Chinese, Japanese and Korean say what they are without a space. */
const EASTERN_FORMS =
  /(保险股份有限公司|股份有限公司|有限责任公司|有限責任公司|有限公司|株式会社|有限会社|合同会社|合資会社|合名会社|集团公司|公司|주식회사|유한회사)/gu;
/** Korean family names as they are written in passports, which no scheme of letters gives. */
const KOREAN_FAMILIES: Readonly<Record<string, string>> = {
  김: 'kim', 이: 'lee', 박: 'park', 최: 'choi', 정: 'jung', 강: 'kang', 조: 'cho', 윤: 'yoon', 장: 'jang', 임: 'lim', 한: 'han', 오: 'oh',
  서: 'seo', 신: 'shin', 권: 'kwon', 황: 'hwang', 안: 'ahn', 송: 'song', 류: 'ryu', 유: 'yoo', 전: 'jeon', 홍: 'hong', 고: 'ko', 문: 'moon',
  양: 'yang', 손: 'son', 배: 'bae', 백: 'baek', 허: 'heo', 노: 'noh', 남: 'nam', 심: 'shim', 하: 'ha', 곽: 'kwak', 성: 'sung', 차: 'cha', 주: 'joo', 우: 'woo', 구: 'koo', 리: 'ri',
}; // biome-ignore format: a list

const letters = (text: string): string[] =>
  anyAscii(text)
    .toLowerCase()
    .replaceAll(/['’`]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');

/** The parts of a piece between spaces and signs: syllables of scripts without spaces, the article of an Arabic word. */
function partsOf(piece: string, isFirstOfName: boolean): Part[] {
  if (BY_SYLLABLE.test(piece)) {
    let isFirst = isFirstOfName;
    return piece
      .split(/(?<=[\p{Script=Han}\p{Script=Hangul}])|(?=[\p{Script=Han}\p{Script=Hangul}])/u)
      .flatMap((one) => {
        const family = isFirst ? KOREAN_FAMILIES[one] : undefined;
        isFirst = false;
        return (family ? [family] : letters(one)).map(
          (text) => ({ text, script: BY_SYLLABLE.test(one) ? 'syllable' : 'letters' }) as const,
        );
      });
  }
  if (!ABJAD.test(piece)) return letters(piece).map((text) => ({ text, script: 'letters' }));
  const [, article, rest] = ARABIC_ARTICLE.exec(piece) ?? [undefined, '', piece];
  return [...(article ? ['al'] : []), ...letters(rest)].map((text) => ({ text, script: 'abjad' }));
}

const SERVANT = /^abd[aeou]l$|^abdoul$|^abdoel$/;

/** Abd el Karim, Abdul Karim, Abdel-Karim: the servant of, however it is written. */
function servantsJoined(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (let i = 0; i < parts.length; i++) {
    const { text, script } = parts[i];
    const isSplit = text === 'abd' && /^[aeu]l$/.test(parts[i + 1]?.text ?? '');
    if (isSplit) i++;
    joined.push(isSplit || SERVANT.test(text) ? { text: 'abdul', script } : parts[i]);
  }
  return joined;
}

/** Forms are written with points as well: J.S.C., G.m.b.H. */
const POINTED = /(?<![\p{L}\p{N}])(?:\p{L}{1,2}\.){2,}(?:\p{L}(?![\p{L}\p{N}]))?/gu;
const withoutPoints = (pointed: string): string => {
  const plain = letters(pointed.replaceAll('.', '')).join('');
  return Object.hasOwn(FORMS, plain) ? ` ${plain} ` : pointed;
};

/** The words of a name in their order; empty where nothing in it can be read. */
export function nameWords(name: string): NameWord[] {
  const spaced = name
    .slice(0, MAX_NAME)
    .normalize('NFKC')
    .replaceAll(EASTERN_FORMS, ' ltd ')
    .replaceAll(POINTED, withoutPoints);
  const parts = spaced
    .split(/[^\p{L}\p{M}\p{N}'’`]+/u)
    .filter((piece) => piece !== '')
    .flatMap((piece, i) => partsOf(piece, i === 0));
  const untitled = parts.filter(({ text }) => !TITLES.has(text));
  const telling = servantsJoined(untitled.length > 0 ? untitled : parts).slice(0, MAX_WORDS);
  const words = telling.map((part, i) => word(part, kindIn(part, i === telling.length - 1)));
  const initials = words.filter(({ kind }) => kind === 'initial').length;
  const count =
    words.filter(({ kind }) => kind === 'word' || kind === 'common').length +
    2 * words.filter(({ kind }) => kind === 'number').length +
    Math.floor(initials / 2);
  if (count >= 2) return words;
  // Where one word is left, what could be a name is one: it tells Bin Zhangfu from Wei Zhangfu.
  return words.map((own, i) => {
    const { text } = telling[i];
    const isName =
      (own.kind === 'particle' || own.kind === 'form') && (MAY_BE_NAMES.has(text) || count === 0);
    return isName ? word(telling[i], 'word') : own;
  });
}
