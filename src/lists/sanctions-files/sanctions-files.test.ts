import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNameIndex, type ListedName, WEAK_AT_MOST } from '../name-index.ts';
import { createNamesReader, readNames } from './read-names.ts';
import { namesInField } from './un-xml.ts';

/** As "uid name", weak ones with a star. */
const said = (names: readonly ListedName[]): string[] =>
  names.map(({ uid, name, isWeak }) => `${uid} ${name}${isWeak ? ' *' : ''}`);
const namesOf = (text: string): string[] => said(readNames(text).names);
const droppedOf = (text: string): string[] =>
  readNames(text).dropped.map(({ line, problem }) => `${line}: ${problem}`);

const advanced = (parties: string): string => `<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://example.org/ADVANCED_XML">
<ReferenceValueSets><NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType>
<NamePartType ID="1522">Middle Name</NamePartType><NamePartType ID="1528">Nickname</NamePartType><NamePartType ID="1525">Entity Name</NamePartType></NamePartTypeValues></ReferenceValueSets>
<Locations><Location ID="1"><LocationPart><Value>Calle 5 &lt;9&gt;</Value></LocationPart></Location></Locations>
<DistinctParties>
${parties}
</DistinctParties></Sanctions>`;
const part = (group: number, text: string, script = 215): string =>
  `<DocumentedNamePart><NamePartValue NamePartGroupID="${group}" ScriptID="${script}" Acronym="false">${text}</NamePartValue></DocumentedNamePart>`;
const groups = (...kinds: readonly (readonly [number, number])[]): string =>
  `<NamePartGroups>${kinds.map(([group, kind]) => `<MasterNamePartGroup><NamePartGroup ID="${group}" NamePartTypeID="${kind}" /></MasterNamePartGroup>`).join('')}</NamePartGroups>`;
const ADVANCED_PARTIES = [
  `<DistinctParty FixedRef="701"><Comment /><Profile ID="701" PartySubTypeID="4"><Identity ID="9" Primary="true">
    <Alias AliasTypeID="1403" Primary="true" LowQuality="false">
      <DocumentedName ID="1">${part(11, 'Pjotr')}${part(12, 'Iljin')}${part(13, 'ZUBRILO')}</DocumentedName>
      <DocumentedName ID="2">${part(21, 'Пётр', 220)}${part(23, 'ЗУБРИЛО', 220)}</DocumentedName>
    </Alias>
    <Alias AliasTypeID="1400" Primary="false" LowQuality="true"><DocumentedName ID="3">${part(31, 'PILOT')}</DocumentedName></Alias>
    ${groups([11, 1521], [12, 1522], [13, 1520], [21, 1521], [23, 1520], [31, 1528])}</Identity>
    <Feature ID="5"><FeatureVersion ID="6"><VersionDetail>1970</VersionDetail></FeatureVersion></Feature></Profile></DistinctParty>`,
  `<DistinctParty FixedRef="702"><Profile ID="702"><Identity ID="10"><Alias LowQuality='false' Primary='true'>
    <DocumentedName>${part(41, 'MAR &amp; SOL <![CDATA[<LINES>]]>')}</DocumentedName></Alias>${groups([41, 1525])}</Identity></Profile></DistinctParty>`,
];

test('L4 SDN_ADVANCED.XML: names are put together of their parts, in each script; a weak alias is one', () => {
  assert.deepEqual(namesOf(advanced(ADVANCED_PARTIES.join(''))), [
    '701 ZUBRILO, Pjotr Iljin',
    '701 ЗУБРИЛО, Пётр',
    '701 PILOT *',
    '702 MAR & SOL <LINES>',
  ]);
  const both = `<DistinctParty FixedRef="703"><Profile ID="703"><Identity><Alias><DocumentedName><DocumentedNamePart>
    <NamePartValue ScriptID="1">ZHAO Wenlo</NamePartValue><NamePartValue ScriptID="2">赵文洛</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity></Profile></DistinctParty>`;
  assert.deepEqual(
    namesOf(advanced(both)),
    ['703 ZHAO Wenlo', '703 赵文洛'],
    'of an unknown kind, in two scripts',
  );
  assert.deepEqual(
    droppedOf(
      advanced(`${ADVANCED_PARTIES[1]}
<DistinctParty><Profile /></DistinctParty>
<DistinctParty FixedRef="7"><Profile ID="7"><Identity><Alias><DocumentedName /></Alias></Identity></Profile></DistinctParty>
<DistinctParty FixedRef="8"><Profile ID="8" /></DistinctParty>`),
    ),
    [
      '9: Entry 2 has no number (FixedRef).',
      '10: Entry 3 (7) has an alias without a name.',
      '11: Entry 4 (8) has no name.',
    ],
  );
});

const euXml = (entities: string): string =>
  `<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-01-01">${entities}</export>`;
const EU_ENTITIES = [
  `<sanctionEntity designationDetails="a > b" euReferenceNumber="EU.901.1" logicalId="901"><subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Ola" middleName="" lastName="Brevig" wholeName="Ola Brevig" strong="true" nameLanguage="EN" logicalId="1"><regulationSummary/></nameAlias>
    <nameAlias strong='false' wholeName='The &#x42;aker' logicalId='2'/>
    <nameAlias wholeName="O. Brevig" strong="true"><remark>Low quality alias</remark></nameAlias>
    <nameAlias wholeName="" firstName="Ola" lastName="Brevik" strong="true"/>
    <address city="Nowhere" street="&quot;Main&quot;"/><birthdate year="1970"/></sanctionEntity>`,
  `<sanctionEntity logicalId="902"><nameAlias wholeName="Brevig Shipping"/></sanctionEntity>`,
];
const EU_HEADER =
  'fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;NameAlias_LastName;NameAlias_FirstName;NameAlias_MiddleName;NameAlias_WholeName;NameAlias_LogicalId;NameAlias_Remark;Address_City';
const euCsv = (...rows: readonly string[]): string => `\uFEFF${[EU_HEADER, ...rows].join('\r\n')}\r\n`;
const EU_ROWS = [
  '01/01/2026;901;EU.901.1;Brevig;Ola;;Ola Brevig;1;;',
  '01/01/2026;901;EU.901.1;;;;The Baker;2;(Low quality alias);',
  '01/01/2026;901;EU.901.1;;;;;;;Nowhere',
  '01/01/2026;901;EU.901.1;Brevig;Ola;;Ola Brevig;3;;',
  '01/01/2026;902;;;;;"Brevig ""Shipping""; Lines";4;"two\nlines";',
];

test('L4 the list of the EU, as XML and as CSV: a name each alias; other facts of a party are no dropped names', () => {
  assert.deepEqual(namesOf(euXml(EU_ENTITIES.join('<!-- <nameAlias/> -->'))), [
    'EU.901.1 Ola Brevig',
    'EU.901.1 The Baker *',
    'EU.901.1 O. Brevig *',
    'EU.901.1 Brevik, Ola',
    '902 Brevig Shipping',
  ]);
  assert.deepEqual(
    droppedOf(
      euXml(`${EU_ENTITIES[1]}\n<sanctionEntity logicalId="3"/>\n<sanctionEntity><nameAlias wholeName="X"/></sanctionEntity>
<sanctionEntity logicalId="4"><nameAlias strong="true"/></sanctionEntity>`),
    ),
    [
      '2: Entry 2 has no nameAlias.',
      '3: Entry 3 has no euReferenceNumber.',
      '4: Entry 4 (4) has a nameAlias without a name.',
    ],
  );
  assert.deepEqual(namesOf(euCsv(...EU_ROWS)), [
    'EU.901.1 Ola Brevig',
    'EU.901.1 The Baker *',
    '902 Brevig "Shipping"; Lines',
  ]);
  assert.deepEqual(droppedOf(euCsv(...EU_ROWS)), []);
  assert.deepEqual(
    droppedOf(
      euCsv(
        '01/01/2026;905;EU.5;;;;;;;Here',
        '01/01/2026;906;EU.6;;;;;9;;',
        '01/01/2026;;;;;;Ada;1;;',
        '01/01/2026;7;EU.7;x',
        ...EU_ROWS,
      ),
    ),
    [
      '3: Name "9" has no text.',
      '4: The line has a name, and no number of an entity.',
      '5: The line has 4 cells, the first line 10.',
      '2: Entity "EU.5" has no name.',
      '3: Entity "EU.6" has no name.',
    ],
  );
  assert.throws(
    () => readNames(euCsv(...EU_ROWS, '01/01/2026;907;EU.7;;')),
    /Line 8 is the last one and ends before/,
  );
});

const un = (parties: string): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00Z"><INDIVIDUALS>${parties}</INDIVIDUALS></CONSOLIDATED_LIST>`;
const UN_PARTIES = [
  `<INDIVIDUAL><DATAID>69</DATAID><FIRST_NAME>TOMAS </FIRST_NAME><SECOND_NAME>AL-VARDI</SECOND_NAME><THIRD_NAME/><REFERENCE_NUMBER>XDi.001</REFERENCE_NUMBER>
    <NAME_ORIGINAL_SCRIPT>توماس الوردي</NAME_ORIGINAL_SCRIPT>
    <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Tomas Vardi; Thomas Wardi</ALIAS_NAME></INDIVIDUAL_ALIAS>
    <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu Tomas</ALIAS_NAME></INDIVIDUAL_ALIAS><SORT_KEY/></INDIVIDUAL>`,
  `<ENTITY><DATAID>70</DATAID><FIRST_NAME>VARDI TRADING (VT)</FIRST_NAME>
    <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Vardi &amp; Sons</ALIAS_NAME></ENTITY_ALIAS><ENTITY_ALIAS><QUALITY/><ALIAS_NAME/></ENTITY_ALIAS></ENTITY>`,
];

test('L4 the list of the United Nations: parts of a name, its original script, several aliases in a field', () => {
  assert.deepEqual(namesOf(un(UN_PARTIES.join('\n'))), [
    'XDi.001 TOMAS AL-VARDI',
    'XDi.001 توماس الوردي',
    'XDi.001 Tomas Vardi',
    'XDi.001 Thomas Wardi',
    'XDi.001 Abu Tomas *',
    '70 VARDI TRADING (VT)',
    '70 Vardi & Sons',
  ]);
  assert.deepEqual(
    droppedOf(
      un(`${UN_PARTIES[1]}\n<ENTITY><FIRST_NAME>X</FIRST_NAME></ENTITY>
<INDIVIDUAL><DATAID>7</DATAID><INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME> </ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>`),
    ),
    [
      '4: Entry 2 has neither a REFERENCE_NUMBER nor a DATAID.',
      '5: Entry 3 (7) has no name.',
      '5: Entry 3 (7) has an alias without a name.',
    ],
  );
  for (const [field, names] of [
    ['Vardi (HTV) (فاردي (original script); Front of Vardi)', ['Vardi (HTV)', 'فاردي', 'Front of Vardi']],
    ['a) Ana Lok b) Anna Lok; A. Lok', ['Ana Lok', 'Anna Lok', 'A. Lok']],
    ['Vardi (original script: Варди)', ['Vardi', 'Варди']],
    ['Leader (Hong Kong) Ltd', ['Leader (Hong Kong) Ltd']],
    ['船務(香港)有限公司', ['船務(香港)有限公司']],
    ['(Sheikh) Vardi (previously listed as)', ['(Sheikh) Vardi']],
  ] as const)
    assert.deepEqual(namesInField(field), names);
});

test('L4 OFAC says weak aliases in the category of SDN.XML, and in the remarks of SDN.CSV: both are read alike', () => {
  const xml = `<sdnList><sdnEntry><uid>70</uid><firstName>Pedro</firstName><lastName>ORTEGANO</lastName><akaList>
    <aka><uid>1</uid><type>a.k.a.</type><category>weak</category><lastName>EL TUCAN</lastName></aka>
    <aka><uid>2</uid><type>a.k.a.</type><category>strong</category><lastName>ORTEGA</lastName></aka></akaList></sdnEntry></sdnList>`;
  const csv = (remarks: string): string =>
    `70,"ORTEGANO, Pedro","individual"${',-0- '.repeat(8)},"${remarks}"\r\n`;
  assert.deepEqual(namesOf(xml), ['70 ORTEGANO, Pedro', '70 EL TUCAN *', '70 ORTEGA']);
  assert.deepEqual(namesOf(csv("DOB 1970; a.k.a. 'EL TUCAN'; nationality Nowhere; f.k.a. ''ABD-AL-'IZ'.")), [
    '70 ORTEGANO, Pedro',
    '70 EL TUCAN *',
    "70 ABD-AL-'IZ *",
  ]);
  assert.match(droppedOf(csv("a.k.a. 'EL TUC"))[0], /^1: The remarks end within the alias/);
  assert.deepEqual(namesOf(xml.replace('EL TUCAN', 'ORTEGANO, Pedro')), ['70 ORTEGANO, Pedro', '70 ORTEGA']);
});

const FILES: readonly (readonly [string, (entries: string) => string, readonly string[]])[] = [
  ['advanced', advanced, ADVANCED_PARTIES],
  ['EU', euXml, EU_ENTITIES],
  ['UN', un, UN_PARTIES],
];

test('L4 a file that is cut off anywhere is refused', () => {
  for (const [name, file, entries] of FILES) {
    const whole = file(entries.join(''));
    assert.ok(readNames(whole).names.length > 0);
    for (let length = 1; length < whole.length; length += 7)
      assert.throws(() => readNames(whole.slice(0, length)), Error, `${name} cut at ${length}`);
    assert.throws(() => readNames(whole.slice(0, -1)), /does not end with <\/\w+>.*list of before stays/);
    assert.throws(() => readNames(`${whole}x`), /does not end with/);
    assert.deepEqual(namesOf(`\uFEFF${whole}\n<!-- end -->\n`), namesOf(whole));
  }
});

test('L4 a file reads the same in whichever pieces it comes, and in whichever order its entries are', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FILES),
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      ([, file, entries], size, isReversed) => {
        const ordered = isReversed ? entries.toReversed() : entries;
        const bytes = Buffer.from(file(ordered.join('\n')));
        const reader = createNamesReader();
        for (let at = 0; at < bytes.length; at += size) reader.add(bytes.subarray(at, at + size));
        assert.deepEqual(said(reader.end().names).sort(), namesOf(file(entries.join('\n'))).sort());
      },
    ),
    { numRuns: 40 },
  );
  const rows = (order: readonly string[]): string[] => namesOf(euCsv(...order)).sort();
  assert.deepEqual(rows(EU_ROWS.toReversed()), rows(EU_ROWS));
});

test('L4 what is no well-formed XML in UTF-8, or of no known list, is refused with its place', () => {
  const of = (text: string): string => un(`${UN_PARTIES[1]}\n${text}`);
  for (const [text, problem] of [
    [of('<ENTITY></ENTITIES>'), /Line 4 of the XML: <\/ENTITIES> closes <ENTITY>/],
    [of('<ENTITY a=b></ENTITY>'), /Line 4 of the XML: .* is no tag/],
    [
      of('<ENTITY><DATAID>&nbsp;</DATAID></ENTITY>'),
      /Line 4 of the XML: "&nbsp;" in <DATAID> stands for nothing/,
    ],
    [of('<ENTITY><DATAID>1 & 2</DATAID></ENTITY>'), /"&" in <DATAID> stands for nothing/],
    [of(`<ENTITY>${'<A>'.repeat(200)}`), /more than 100 deep/],
    [of(`<ENTITY><A>${'x'.repeat(1 << 20)}`), /<ENTITY> is longer than/],
    [of('').replace('UTF-8', 'windows-1251'), /says that it is in "windows-1251". Save it as UTF-8/],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${of('')}`, /declares a document type/],
    ['<html><body>Not found</body></html>', /begins with "<html>". Expected is .* United Nations/],
    ['<!-- nothing -->', /has no element/],
    ['', /No name was found. Expected is/],
  ] as const)
    assert.throws(() => readNames(text), problem);
  assert.throws(() => {
    const reader = createNamesReader();
    reader.add(Buffer.from(un('<A>Müller</A>'), 'latin1'));
  }, /not UTF-8: byte 0xFC at line 2/);
});

test('L9 a weak alias counts less than what stops a party, unless a name of it fits as well', () => {
  const weak = { uid: '1', name: 'EL TUCAN', isWeak: true };
  const strong = { uid: '2', name: 'EL TUCAN' };
  const best = (listed: readonly ListedName[], asked: string) => createNameIndex(listed).best(asked);
  assert.deepEqual([best([weak], 'El Tucan')?.score, best([weak], 'El Tucan')?.fit.score], [WEAK_AT_MOST, 1]);
  for (const both of [
    [weak, strong],
    [strong, weak],
  ])
    assert.deepEqual([best(both, 'El Tucan')?.score, best(both, 'El Tucan')?.match.uid], [1, '2']);
  const far = { uid: '3', name: 'Tucano Varela' };
  const alone = best([{ ...weak, isWeak: false }], 'El Tukan')?.score ?? 0;
  assert.equal(best([weak, far], 'El Tukan')?.score, Math.min(alone, WEAK_AT_MOST));
});

test('L8 which of weak and strong names is told does not depend on their order', () => {
  const listed = fc.array(
    fc.record(
      {
        uid: fc.constantFrom('1', '2', '3'),
        name: fc.constantFrom('Ana Rossi', 'Anna Rossi', 'Rossi, Ana', 'Ana Rosso'),
        isWeak: fc.boolean(),
      },
      { noNullPrototype: true },
    ),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(listed, (names) => {
      const [a, b] = [names, names.toReversed()].map((order) => createNameIndex(order).best('Ana Rossi'));
      assert.deepEqual([a?.score, a?.match], [b?.score, b?.match]);
    }),
  );
});
