// Cuts an XML that comes piece by piece into the elements that are wanted of it, each whole, with the line that it begins in. What is
// no well-formed XML 1.0 is refused with its line, and so is a document type that declares something: entities of its own could
// make a small file a large one, or read others.
import { shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';

export type XmlElement = {
  /** Without the prefix of its namespace. */
  readonly name: string;
  /** Of the file, from 1 on. */
  readonly line: number;
  /** As they are written; `attributeOf` reads one. */
  readonly attributes: string;
  readonly children: readonly XmlElement[];
  /** The text that is directly in it, as it is written; `textOf` reads it. */
  readonly raw: string;
};

/** What is wanted of a file. */
export type XmlLayout = {
  /** Names of the elements that are given as they end; what stands within one comes with it. */
  readonly wanted: ReadonlySet<string>;
  take(element: XmlElement): void;
};

export type XmlReader = {
  add(text: string): void;
  /** Throws where the root was not closed. */
  end(): void;
};

const MAX_TOKEN_CHARACTERS = 1 << 16;
/** What is wanted has all names, addresses and papers of a party in it. */
const MAX_ELEMENT_CHARACTERS = 1 << 20;
const MAX_DEPTH = 100;
const NOT_WHOLE = 'the file is not whole, and the list of before stays. Fetch it again.';
const BLANK = /^[\t\n\r ]*$/;
const NAME = '[^\\s<>/"\'=&!?][^\\s<>/"\'=&]*';
const TAG = new RegExp(
  `<(?:/(${NAME})\\s*|(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?))>`,
  'y',
);
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const ENCODING = /\sencoding\s*=\s*["']([^"']*)["']/;
/** What stands between these is no element; CDATA is text. */
const SECTIONS = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const;

type Open = { name: string; line: number; attributes: string; children: XmlElement[]; raw: string };

/** A file being read. */
type Reading = {
  readonly layoutOf: (root: string) => XmlLayout;
  /** What came and was not let go, and how far of it is taken. */
  text: string;
  at: number;
  line: number;
  /** The first end of a line that was not counted. */
  lineEnd: number | undefined;
  root: string | undefined;
  layout: XmlLayout | undefined;
  isOver: boolean;
  /** Names of the elements that are open, as they are written. */
  readonly open: string[];
  /** Those of them that are wanted, from the outermost on, and how long it is so far. */
  readonly within: Open[];
  characters: number;
};

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** A reader; `layoutOf` says what is wanted of a file whose root has this name, or throws. Throws InputError. */
export function createXmlReader(layoutOf: (root: string) => XmlLayout): XmlReader {
  const reading: Reading = {
    layoutOf,
    text: '',
    at: 0,
    line: 1,
    lineEnd: undefined,
    root: undefined,
    layout: undefined,
    isOver: false,
    open: [],
    within: [],
    characters: 0,
  };
  return {
    add(more) {
      lineAt(reading, reading.at);
      reading.text = reading.text.slice(reading.at) + more;
      reading.at = 0;
      reading.lineEnd = undefined;
      while (step(reading, false));
    },
    end() {
      while (step(reading, true));
      if (!reading.isOver || reading.at < reading.text.length) throw notWhole(reading);
    },
  };
}

function lineEndFrom({ text }: Reading, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? Number.POSITIVE_INFINITY : end;
}

function lineAt(reading: Reading, place: number): number {
  reading.lineEnd ??= lineEndFrom(reading, 0);
  while (reading.lineEnd < place) {
    reading.line++;
    reading.lineEnd = lineEndFrom(reading, reading.lineEnd + 1);
  }
  return reading.line;
}

const broken = (reading: Reading, what: string): InputError =>
  new InputError(
    `Line ${lineAt(reading, reading.at)} of the XML: ${what} Nothing was imported, and the list of before stays.`,
  );

const notWhole = ({ root }: Reading): InputError =>
  new InputError(
    root === undefined
      ? `The XML has no element: ${NOT_WHOLE}`
      : `The XML does not end with </${root}>: ${NOT_WHOLE}`,
  );

/** Whether one more piece of it was taken; false where the rest of it has not come. */
function step(reading: Reading, isLast: boolean): boolean {
  const { text } = reading;
  const next = text.indexOf('<', reading.at);
  const end = next < 0 ? text.length : next;
  if (end > reading.at) takeText(reading, text.slice(reading.at, end));
  reading.at = end;
  if (next < 0) return false;
  const section = text[end + 1] === '!' || text[end + 1] === '?';
  // A beginning that may become a longer one.
  if (section && !isLast && text.length - end < 9) return false;
  if (section ? takeSection(reading) : takeTag(reading, isLast)) return true;
  if (text.length - end > (section ? MAX_ELEMENT_CHARACTERS : MAX_TOKEN_CHARACTERS))
    throw broken(reading, `What begins with ${shown(text.slice(end, end + 20))} does not end.`);
  return false;
}

function takeText(reading: Reading, piece: string): void {
  if (reading.open.length === 0) {
    if (BLANK.test(piece)) return;
    throw reading.root === undefined
      ? broken(reading, 'There is text before the first element.')
      : notWhole(reading);
  }
  const top = reading.within.at(-1);
  if (!top) return;
  count(reading, piece.length);
  top.raw += piece;
}

function count(reading: Reading, more: number): void {
  reading.characters += more;
  if (reading.characters > MAX_ELEMENT_CHARACTERS)
    throw broken(reading, `<${reading.within[0].name}> is longer than ${MAX_ELEMENT_CHARACTERS} characters.`);
}

/** Whether all of it has come. */
function takeSection(reading: Reading): boolean {
  const { text, at } = reading;
  const found = SECTIONS.find(([begin]) => text.startsWith(begin, at));
  if (!found) throw notWhole(reading);
  const [begin, close] = found;
  const stop = text.indexOf(close, at + begin.length);
  if (stop < 0) return false;
  readSection(reading, begin, text.slice(at + begin.length, stop));
  reading.at = stop + close.length;
  return true;
}

function readSection(reading: Reading, begin: string, inside: string): void {
  if (begin === '<![CDATA[') {
    // Kept as it would be written without one.
    takeText(reading, inside.replaceAll('&', '&amp;'));
  } else if (begin === '<!') {
    if (reading.root !== undefined || inside.includes('['))
      throw broken(
        reading,
        'It declares a document type with parts of its own, which are not read. Take them out.',
      );
  } else if (begin === '<?' && /^xml\s/.test(inside)) {
    const encoding = ENCODING.exec(inside)?.[1] ?? 'UTF-8';
    if (!/^(?:utf-?8|us-ascii)$/i.test(encoding))
      throw broken(
        reading,
        `It says that it is in ${shown(encoding)}. Save it as UTF-8, and have its first line say so.`,
      );
  }
}

/** Whether all of it has come. */
function takeTag(reading: Reading, isLast: boolean): boolean {
  const { text, at } = reading;
  TAG.lastIndex = at;
  const tag = TAG.exec(text);
  if (!tag) {
    if (text.indexOf('>', at) >= 0 && (isLast || text.length - at > MAX_TOKEN_CHARACTERS))
      throw broken(reading, `${shown(text.slice(at, at + 60))} is no tag.`);
    return false;
  }
  const [whole, closing, opening, attributes, isEmpty] = tag;
  if (reading.within.length > 0) count(reading, whole.length);
  if (closing !== undefined) closeTag(reading, closing);
  else {
    openTag(reading, opening, attributes);
    if (isEmpty) closeTag(reading, opening);
  }
  reading.at += whole.length;
  return true;
}

function openTag(reading: Reading, name: string, attributes: string): void {
  const { open, within } = reading;
  if (open.length === 0) {
    if (reading.root !== undefined) throw notWhole(reading);
    reading.root = name;
    reading.layout = reading.layoutOf(localName(name));
  }
  if (open.length === MAX_DEPTH)
    throw broken(reading, `Elements stand in each other more than ${MAX_DEPTH} deep.`);
  open.push(name);
  const local = localName(name);
  if (within.length === 0) {
    if (!reading.layout?.wanted.has(local)) return;
    reading.characters = 0;
  }
  const line = within[0]?.line ?? lineAt(reading, reading.at);
  within.push({ name: local, line, attributes, children: [], raw: '' });
}

function closeTag(reading: Reading, name: string): void {
  const last = reading.open.pop();
  if (last === undefined) throw notWhole(reading);
  if (last !== name) throw broken(reading, `</${name}> closes <${last}>.`);
  reading.isOver = reading.open.length === 0;
  const closed = reading.within.pop();
  if (!closed) return;
  const parent = reading.within.at(-1);
  if (parent) parent.children.push(closed);
  else reading.layout?.take(closed);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([A-Za-z]\w*));|&/g;

function plain(text: string, { line, name }: XmlElement): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(REFERENCE, (whole, hex?: string, decimal?: string, entity?: string) => {
    if (entity !== undefined && Object.hasOwn(ENTITIES, entity)) return ENTITIES[entity];
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal ?? 0);
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    throw new InputError(
      `Line ${line} of the XML: ${shown(whole)} in <${name}> stands for nothing. Nothing was imported, and the list of before stays.`,
    );
  });
}

/** The text that is directly in it, without blanks around it. Throws InputError where it refers to what is not. */
export const textOf = (element: XmlElement): string => plain(element.raw, element).trim();

/** Undefined where it has no such attribute. Throws as `textOf` does. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  for (const [, found, double, single] of element.attributes.matchAll(ATTRIBUTE))
    if (localName(found) === name) return plain(double ?? single, element).trim();
  return undefined;
}

export const childrenOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.filter((child) => child.name === name);

/** The text of the first child of that name; empty where there is none. */
export function childText({ children }: XmlElement, name: string): string {
  const found = children.find((child) => child.name === name);
  return found ? textOf(found) : '';
}
