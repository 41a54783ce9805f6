// Names that people take for one another: letters of other alphabets that look Latin, capitals, widths, accents.

/** What looks like a Latin letter or digit, beside it; after Unicode's table of confusable characters (UTS 39), for small letters. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  a: 'аαɑӓӑ',
  b: 'ьЬвβƅ',
  c: 'сϲⅽ',
  d: 'ԁⅾ',
  e: 'еєҽёέε℮',
  f: 'ғƒϝ',
  g: 'ɡԍց',
  h: 'һհнℎ',
  i: 'іїιΐίϊıɩӏlĺľⅰ1|!ǀ',
  j: 'јϳյ',
  k: 'кκқҝ',
  m: 'мⅿ',
  n: 'пηոռν',
  o: 'оοσөօ0ᴏ',
  p: 'рρϱ',
  q: 'ԛգզ',
  r: 'гґᴦ',
  s: 'ѕʂꜱ5$',
  t: 'тτ',
  u: 'υսцʋ',
  v: 'ѵⅴѷ',
  w: 'шԝωաѡ',
  x: 'хχⅹ×',
  y: 'уүγұў',
  z: 'ᴢ2',
};
const PLAIN = new Map(
  Object.entries(LOOKS_LIKE).flatMap(([plain, others]) => [...others].map((one) => [one, plain])),
);

/** Two texts with the same key are one to whoever reads them. */
export function lookAlikeKey(text: string): string {
  const bare = text.normalize('NFKD').toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return [...bare]
    .map((letter) => PLAIN.get(letter) ?? letter)
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll(/[^\p{L}\p{N}@]/gu, '');
}

/** Whether letters of alphabets stand together that no language mixes. */
export function mixesAlphabets(text: string): boolean {
  const alphabets = [
    /\p{Script=Latin}/u,
    /\p{Script=Cyrillic}/u,
    /\p{Script=Greek}/u,
    /\p{Script=Armenian}/u,
    /\p{Script=Cherokee}/u,
  ];
  return alphabets.filter((alphabet) => alphabet.test(text)).length > 1;
}
