import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIpRange, rangeText } from '../domain/ip-address.ts';
import { normalEntry } from './entry.ts';
import { entryLines } from './entry-lines.ts';
import { createListSet } from './list-set.ts';
import { nameFit } from './name-fit.ts';
import { createNameIndex } from './name-index.ts';
import { nameWords } from './name-words.ts';
import { readNames as readWhole } from './sanctions-files/read-names.ts';
import { soundKey, wordSimilarity } from './word-fit.ts';

const NOW = 1_790_000_000_000;
const readNames = (text: string) => readWhole(text).names;

test('L1 an entry counts until it ends, and is gone when it is taken out', () => {
  const list = createListSet('account');
  list.add('a', undefined);
  list.add('b', NOW + 10);
  assert.deepEqual(
    ['a', 'b', 'c'].map((value) => list.has(value, NOW)),
    [true, true, false],
  );
  assert.ok(!list.has('b', NOW + 10));
  list.remove('a');
  assert.ok(!list.has('a', NOW));
  assert.equal(list.size, 1);
});

test('L2 ranges of addresses hold what lies in them, IPv4 and IPv6, however written', () => {
  const list = createListSet('ip');
  for (const range of ['203.0.113.0/24', '10.0.0.7', '2001:db8::/32', '::ffff:192.0.2.0/120']) {
    list.add(range, undefined);
  }
  for (const inside of ['203.0.113.255', '10.0.0.7', '2001:db8:1:2::3', '2001:0DB8:0000::1']) {
    assert.ok(list.has(inside, NOW), inside);
  }
  for (const outside of ['203.0.114.1', '10.0.0.8', '2001:db9::1', 'nowhere', '']) {
    assert.ok(!list.has(outside, NOW), outside);
  }
  assert.ok(list.has('::ffff:10.0.0.7', NOW), 'an IPv4 address written as IPv6 is that address');
  const v4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  fc.assert(
    fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (a, b, bits) => {
      const one = createListSet('ip');
      one.add(`${a.join('.')}/${bits}`, undefined);
      const number = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0);
      const same = Math.floor(number(a) / 2 ** (32 - bits)) === Math.floor(number(b) / 2 ** (32 - bits));
      assert.equal(one.has(b.join('.'), NOW), same);
      one.remove(`${a.join('.')}/${bits}`);
      assert.equal(one.size, 0);
    }),
  );
});

test('an entry is kept in one form, or refused with the reason', () => {
  assert.deepEqual(normalEntry('ip', '203.0.113.77/24'), { value: '203.0.113.0/24' });
  assert.deepEqual(normalEntry('country', ' de '), { value: 'DE' });
  for (const [kind, text] of [
    ['ip', '300.1.1.1'],
    ['ip', '1.2.3.4/33'],
    ['ip', '1::2::3'],
    ['country', 'Germany'],
    ['account', ''],
    ['account', 'x'.repeat(129)],
    ['account', 'a\u0000b'],
    ['account', 'a\ud800'],
    ['counterparty', 'a\u202eb'],
    ['text', 'a\u0000b'],
  ] as const) {
    assert.ok('problem' in normalEntry(kind, text), `${kind} ${text}`);
  }
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, bits) => {
      const range = parseIpRange(`${address}/${bits}`);
      if (!range) return;
      const again = parseIpRange(rangeText(range));
      assert.deepEqual(again, range);
    }),
  );
});

test('L3 a name is found whatever its script, spelling or order; another name is not', () => {
  const listed = [
    'QADHAFI, Muammar Muhammad Abu Minyar al-',
    'IVANOV, Sergei Borisovich',
    'KIM, Jong Un',
    'Rosoboronexport OAO',
    'HUSSEIN, Uday Saddam',
    'Müller, Hans-Peter',
    'GONZALEZ RODRIGUEZ, Maria del Carmen',
  ].map((name, i) => ({ uid: String(i), name }));
  const index = createNameIndex(listed);
  const found = (name: string): [string | undefined, number] => {
    const best = index.best(name);
    return [best && best.score >= 0.9 ? best.match.uid : undefined, best?.score ?? 0];
  };
  for (const [name, uid] of [
    ['Muammar Gaddafi', undefined],
    ['Muammar Muhammad Qaddafi', '0'],
    ['Сергей Борисович Иванов', '1'],
    ['Sergey Ivanov', '1'],
    ['Ivanov Sergei', '1'],
    ['Kim Jong-un', '2'],
    ['ROSOBORONEXPORT', '3'],
    ['Udai Saddam Husayn', '4'],
    ['Hans Peter Mueller', '5'],
    ['Maria Gonzales Rodriguez', '6'],
  ] as const) {
    if (uid !== undefined) assert.equal(found(name)[0], uid, `${name}: ${found(name)[1].toFixed(3)}`);
  }
  for (const name of [
    'Anna Schmidt',
    'Peter Smith',
    'Li Wei',
    'Maria Rossi',
    'Boris Becker',
    'Kim Kardashian',
    'x',
    '',
  ]) {
    assert.equal(found(name)[0], undefined, `${name}: ${found(name)[1].toFixed(3)}`);
  }
});

test('L3 how well names fit is symmetric, 1 for the same and within 0 and 1', () => {
  const name = fc
    .array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 4 })
    .map((words) => nameWords(words.join(' ')));
  fc.assert(
    fc.property(name, name, (a, b) => {
      const { score } = nameFit(a, b);
      assert.ok(score >= 0 && score <= 1);
      assert.ok(Math.abs(score - nameFit(b, a).score) < 1e-9);
    }),
  );
  for (const same of ['Ana', 'A.B.C.', 'LLC', '11420', 'Kim Jong Un', '赵文龙', 'General Trading Co.'])
    assert.equal(nameFit(nameWords(same), nameWords(same)).score, 1, same);
  assert.ok(Math.abs(wordSimilarity('martha', 'marhta') - 0.9611) < 1e-3);
  assert.ok(Math.abs(wordSimilarity('dixon', 'dicksonx') - 0.8133) < 1e-3);
  assert.equal(soundKey('qaddafi'), soundKey('gadhafi'));
  assert.deepEqual(
    nameWords('Dr. José  Ñúñez-García').map(({ text }) => text),
    ['jose', 'nunez', 'garcia'],
  );
});

test('L8 whether a name is found depends on the two names: not on how many are listed, nor in which order', () => {
  const listed = Array.from({ length: 1500 }, (_, i) => ({
    uid: String(i),
    name: `${['BARAKAT', 'DARWISH', 'FAKHOURY', 'HAMDAN', 'JUNDI'][i % 5]}, Mohammed Nr${i}`,
  }));
  const target = { uid: 'x', name: 'GADHAFARI, Muhamad' };
  const alone = createNameIndex([target]);
  for (const crowd of [
    [...listed, target],
    [target, ...listed],
  ]) {
    const index = createNameIndex(crowd);
    for (const name of ['Mohammed Qaddafari', 'Qaddafari Mohammed']) {
      const found = index.best(name);
      assert.deepEqual([found?.match.uid, found?.score], ['x', alone.best(name)?.score], name);
      assert.ok(Number(found?.score) >= 0.92);
    }
  }
  const twins = [
    { uid: '2', name: 'Ana Rossi' },
    { uid: '1', name: 'Ana Rossi' },
  ];
  assert.equal(createNameIndex(twins).best('Ana Rossi')?.match.uid, '1');
  assert.equal(createNameIndex(twins.reverse()).best('Ana Rossi')?.match.uid, '1');
});

test('L8 where names like it are too many for the time, that is said', () => {
  const word = (i: number): string =>
    [...String(i + 1000)].map((digit) => `${'bcdfgklmnp'[Number(digit)]}a`).join('');
  const listed = Array.from({ length: 400 }, (_, i) => ({
    uid: String(i),
    name: `Quinterro Vasquezian ${word(i)}`,
  }));
  let ms = 0;
  const slow = createNameIndex(listed, { elapsedMs: () => (ms += 4), limitMs: 10 });
  assert.equal(slow.best('Quinterro Vasquezian Ut')?.isCut, true);
  assert.equal(createNameIndex(listed).best('Quinterro Vasquezian Ut')?.isCut, false);
});

test('L3 a hit says which parts fit how, and which only one of them has', () => {
  const index = createNameIndex([{ uid: '1', name: 'ABDULLAYEV, Sergei N. OOO' }]);
  const found = index.best('Sergey Nikolai Abdul Layev');
  assert.deepEqual(
    found?.fit.parts.map(({ asked, listed, how }) => [asked, listed, how]),
    [
      ['abdullayev', 'abdullayev', 'written together'],
      ['sergey', 'sergei', 'spelled alike'],
      ['nikolai', 'n', 'initial'],
    ],
  );
  assert.deepEqual([found?.fit.askedOnly, found?.fit.listedOnly], [[], ['ooo']]);
});

test('L4 sanctions lists are read as OFAC publishes them, and a plain CSV; what is none is refused', () => {
  const sdn =
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n' +
    '306,"BANCO ""NACIONAL"" DE CUBA",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. \'BNC\'."\r\n\u001a\r\n';
  assert.deepEqual(readNames(sdn), [
    { uid: '36', name: 'AEROCARIBBEAN AIRLINES' },
    { uid: '306', name: 'BANCO "NACIONAL" DE CUBA' },
    { uid: '306', name: 'BNC', isWeak: true },
  ]);
  assert.deepEqual(readNames('36,12,"aka","AERO-CARIBBEAN",-0- \r\n'), [
    { uid: '36', name: 'AERO-CARIBBEAN' },
  ]);
  const xml = `<?xml version="1.0"?><sdnList><sdnEntry><uid>7</uid><firstName>Ana</firstName><lastName>D&apos;ARC &amp; CO</lastName>
    <akaList><aka><uid>1</uid><type>a.k.a.</type><lastName>DARC</lastName><firstName>Anna</firstName></aka></akaList></sdnEntry></sdnList>`;
  assert.deepEqual(readNames(xml), [
    { uid: '7', name: "D'ARC & CO, Ana" },
    { uid: '7', name: 'DARC, Anna' },
  ]);
  assert.deepEqual(readNames('\uFEFFuid,name\n1,Иванов\n'), [{ uid: '1', name: 'Иванов' }]);
  assert.throws(() => readNames('hello'), /SDN\.CSV/);
  // What is not seen does not count; what no text holds is told with its place.
  assert.deepEqual(readNames('uid,name\n1,Ivan\u200bov\n'), [{ uid: '1', name: 'Ivanov' }]);
  assert.throws(
    () => readNames('uid,name\n1,Ada\n2,"AB\u0000CD"\n'),
    /Name 2 must not contain control characters/,
  );
  assert.throws(() => readNames('uid,name\n1,\u200b\n'), /Name 1 must not be blank/);
  assert.throws(() => readNames(xml.replace('Anna', '&#xd800;')), /Name 2 is not valid Unicode/);
  assert.throws(() => readNames('<sdnList><sdnEntry><uid>7'), /not whole/);
  const list = (count: number, end: string): string =>
    `<?xml version="1.0"?>\n<sdnList xmlns="https://example.org/sdn">\n<publshInformation><Record_Count>${count}</Record_Count></publshInformation>` +
    `<sdnEntry><uid>1</uid><lastName>ONE</lastName></sdnEntry><sdnEntry><uid>2</uid><lastName>TWO</lastName></sdnEntry>${end}`;
  assert.equal(readNames(list(2, '\n</sdnList >\n<!-- end -->\n')).length, 2);
  const commented = list(2, '</sdnList>').replace(
    '<sdnList',
    '<!-- made by <tool> -->\n<!DOCTYPE sdnList>\n<sdnList',
  );
  assert.equal(readNames(commented).length, 2);
  const comments = '<!---->'.repeat(100_000);
  assert.equal(readNames(list(2, `</sdnList>${comments}`)).length, 2);
  assert.throws(() => readNames(list(2, `</sdnList>${comments}x`)), /does not end with/);
  assert.throws(() => readNames(list(2, comments)), /does not end with/);
  // Cut between two entries it would be a shorter list.
  for (const end of ['', '\n', '</sdnLis', '<sdnEntry', '<!-- </sdnList> -->'])
    assert.throws(() => readNames(list(2, end)), /does not end with <\/sdnList>.*list of before stays/, end);
  assert.throws(() => readNames(list(3, '</sdnList>')), /says that it has 3 entries, and 2 could be read/);
});

test('L4 what is dropped of a file is told with its place; prefixes and blanks in tags are no other tags', () => {
  const csv = readWhole('uid,name\n1,ONE\n2\n3,\n4,"FO"UR"\n5,FIVE\n');
  assert.deepEqual(
    csv.names.map(({ uid }) => uid),
    ['1', '5'],
  );
  assert.deepEqual(
    csv.dropped.map(({ line }) => line),
    [3, 4, 5],
  );
  for (const cut of ['uid,name\n1,ONE\n2,"TW', '36,"ONE",-0- \n37,"TWO'])
    assert.throws(() => readWhole(cut), /Line \d: A quote is opened and not closed.*list of before stays/);
  const sdn = readWhole('36,"ONE",-0- \r\nx,"TWO",-0- \r\n37,-0- ,-0- \r\n\u001a\r\n');
  assert.deepEqual([sdn.names.length, sdn.dropped.map(({ line }) => line)], [1, [2, 3]]);
  const xml = readWhole(
    '<?xml version="1.0"?><n:sdnList xmlns:n="x"><n:sdnEntry ><n:uid>1</n:uid><n:lastName>ONE</n:lastName></n:sdnEntry><n:sdnEntry a="b"><n:uid>2</n:uid></n:sdnEntry></n:sdnList>',
  );
  assert.deepEqual(xml.names, [{ uid: '1', name: 'ONE' }]);
  assert.match(xml.dropped[0].problem, /Entry 2 has a part without a name/);
});

test('L1 entries come as spreadsheets write them: notes of several lines, semicolons, tabs, any line ends, any header', () => {
  const entries = (text: string) => {
    const lines = entryLines('account');
    const bytes = Buffer.from(text);
    return [...lines.add(bytes.subarray(0, 9)), ...lines.add(bytes.subarray(9)), ...lines.end()].map((one) =>
      'entry' in one ? [one.entry.value, one.entry.note] : [one.line, 'problem'],
    );
  };
  for (const [text, expected] of [
    [
      'value,expires,note\nacc-1,,"ring,\nsee case 12\nnot acc-7"\nacc-2,,ok\n',
      [
        ['acc-1', 'ring,\nsee case 12\nnot acc-7'],
        ['acc-2', 'ok'],
      ],
    ],
    ['\ufeffvalue\nacc-1\n', [['acc-1', '']]],
    [
      'value;expires;note\nacc-1;2030-01-31;mule\nacc-2;;mule\n',
      [
        ['acc-1', 'mule'],
        ['acc-2', 'mule'],
      ],
    ],
    ['value\texpires\tnote\nacc-1\t\tmule\n', [['acc-1', 'mule']]],
    ['device_id\nacc-1\n', [['acc-1', '']]],
    [
      'acc-1,,a\racc-2,,b\r',
      [
        ['acc-1', 'a'],
        ['acc-2', 'b'],
      ],
    ],
    ['acc-1, 2030-01-31, "two, parts"\n', [['acc-1', 'two, parts']]],
    [
      'acc-1,,note,more\nacc-2\n',
      [
        [1, 'problem'],
        ['acc-2', ''],
      ],
    ],
  ] as const)
    assert.deepEqual(entries(text), expected, text);
});

test('T6 names and entries are texts that can be seen: what is not is refused, with the uid', () => {
  const source = (uid: string, name: string): string => `uid,name\n1,Иванов\n${uid},"${name}"\n`;
  assert.deepEqual(readNames(source('2', 'TWO\r\n LINES'))[1], { uid: '2', name: 'TWO LINES' });
  assert.deepEqual(readNames(source('2', 'IVA\u00adNOV\ufeff'))[1], { uid: '2', name: 'IVANOV' });
  for (const [uid, name, said] of [
    ['2', 'IVA\u0000NOV', /Name 2 must not contain control characters/],
    ['2', 'X'.repeat(1001), /Name 2 has more than 1000 characters/],
    ['2\u200b', 'IVANOV', /The uid of name 2 must not contain invisible characters/],
  ] as const) {
    assert.throws(() => readNames(source(uid, name)), said);
  }
  for (const value of ['a\ufeffb', 'a\u200bb', 'a\u0007', 'a\ud800', 'a\u2028b']) {
    assert.ok('problem' in normalEntry('account', value), JSON.stringify(value));
    assert.ok('problem' in normalEntry('text', value), JSON.stringify(value));
  }
  assert.deepEqual(normalEntry('text', 'علی\u200cرضا'), { value: 'علی\u200cرضا' });
  assert.ok('problem' in normalEntry('account', 'علی\u200cرضا'));
});

test('T11 an entry from before identifiers had one form is found by it, too', () => {
  const blocked = createListSet('counterparty');
  blocked.add('GB82 WEST 1234 5698 7654 32', undefined);
  assert.equal(blocked.has('GB82WEST12345698765432', 0), true, 'an entry from before has the form too');
  blocked.remove('gb82west12345698765432');
  assert.equal(blocked.size, 0);
});
