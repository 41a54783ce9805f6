// Texts that stand nowhere by chance: one for each field that names somebody, and finding any part of one in an answer.

/** So many characters in a row of a canary are a find; of a number more, as a few digits stand anywhere. */
const PART = 5;
const PART_OF_NUMBER = 7;
const partsOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length));

let state = 1;
const next = (of: string): string => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return of[(state >>> 16) % of.length];
};
const taken = new Set<string>();

/** Letters that no token has (i, o, u) between letters that no word has together; no part of it is part of another. */
function nonsense(): string {
  for (;;) {
    const text = Array.from({ length: 14 }, (_, i) => next(i % 2 === 0 ? 'qxzjkvwyp' : 'iou')).join('');
    const parts = partsOf(text, PART);
    if (parts.some((part) => taken.has(part))) continue;
    for (const part of parts) taken.add(part);
    return text;
  }
}

export const CANARY = {
  account: nonsense(),
  device: nonsense(),
  ip: '2001:db8:beef:cafe::7e57',
  payee: nonsense(),
  payeeName: nonsense(),
  ownField: nonsense(),
  city: nonsense(),
  lat: '48.1371543',
  lon: '11.5761247',
  merchantOfTransfer: nonsense(),
  merchantNameOfTransfer: nonsense(),
  attribute: nonsense(),
  note: nonsense(),
  caseNote: nonsense(),
  caseTitle: nonsense(),
  caseTask: nonsense(),
  narrative: nonsense(),
  fileName: nonsense(),
  fileType: nonsense(),
  fileContent: nonsense(),
  listValue: nonsense(),
  listNote: nonsense(),
  entryNote: nonsense(),
  screenedName: nonsense(),
  ruleExpression: nonsense(),
  ruleText: nonsense(),
  deadRecord: nonsense(),
  brokenRecord: nonsense(),
  fraudType: nonsense(),
  modelNote: nonsense(),
  moveNote: nonsense(),
  viewPath: nonsense(),
  featureText: nonsense(),
  featureSentence: nonsense(),
  featureCondition: nonsense(),
  catalogueNote: nonsense(),
} as const;
export type CanaryName = keyof typeof CANARY;

const parts = new Map<number, Map<string, CanaryName>>();
for (const [name, text] of Object.entries(CANARY) as [CanaryName, string][]) {
  const length = name === 'lat' || name === 'lon' ? PART_OF_NUMBER : PART;
  let known = parts.get(length);
  if (!known) {
    known = new Map();
    parts.set(length, known);
  }
  for (const part of partsOf(text, length)) known.set(part, name);
}

/** The canaries of which a text holds some characters in a row. */
export function canariesIn(text: string): CanaryName[] {
  const found = new Set<CanaryName>();
  const lower = text.toLowerCase();
  for (const [length, known] of parts) {
    for (let at = 0; at + length <= lower.length; at++) {
      const name = known.get(lower.slice(at, at + length));
      if (name !== undefined) found.add(name);
    }
  }
  return [...found];
}
