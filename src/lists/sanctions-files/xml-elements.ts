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

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** A reader; `layoutOf` says what is wanted of a file whose root has this name, or throws. Throws InputError. */
export function createXmlReader(layoutOf: (root: string) => XmlLayout): XmlReader {
  let text = '';
  let at = 0;
  let line = 1;
  /** The first end of a line that was not counted. */
  let lineEnd: number | undefined;
  let root: string | undefined;
  let layout: XmlLayout | undefined;
  let isOver = false;
  /** Names of the elements that are open, as they are written. */
  const open: string[] = [];
  /** Those of them that are wanted, from the outermost on, and how long it is so far. */
  const within: Open[] = [];
  let characters = 0;

  const lineEndFrom = (from: number): number => {
    const end = text.indexOf('\n', from);
    return end < 0 ? Number.POSITIVE_INFINITY : end;
  };
  function lineAt(place: number): number {
    lineEnd ??= lineEndFrom(0);
    while (lineEnd < place) {
      line++;
      lineEnd = lineEndFrom(lineEnd + 1);
    }
    return line;
  }

  const broken = (what: string): InputError =>
    new InputError(
      `Line ${lineAt(at)} of the XML: ${what} Nothing was imported, and the list of before stays.`,
    );
  const notWhole = (): InputError =>
    new InputError(
      root === undefined
        ? `The XML has no element: ${NOT_WHOLE}`
        : `The XML does not end with </${root}>: ${NOT_WHOLE}`,
    );

  function count(more: number): void {
    characters += more;
    if (characters > MAX_ELEMENT_CHARACTERS)
      throw broken(`<${within[0].name}> is longer than ${MAX_ELEMENT_CHARACTERS} characters.`);
  }

  function takeText(piece: string): void {
    if (open.length === 0) {
      if (!BLANK.test(piece))
        throw root === undefined ? broken('There is text before the first element.') : notWhole();
      return;
    }
    const top = within.at(-1);
    if (!top) return;
    count(piece.length);
    top.raw += piece;
  }

  function takeSection(begin: string, inside: string): void {
    if (begin === '<![CDATA[') {
      // Kept as it would be written without one.
      takeText(inside.replaceAll('&', '&amp;'));
    } else if (begin === '<!') {
      if (root !== undefined || inside.includes('['))
        throw broken('It declares a document type with parts of its own, which are not read. Take them out.');
    } else if (begin === '<?' && /^xml\s/.test(inside)) {
      const encoding = ENCODING.exec(inside)?.[1] ?? 'UTF-8';
      if (!/^(?:utf-?8|us-ascii)$/i.test(encoding))
        throw broken(
          `It says that it is in ${shown(encoding)}. Save it as UTF-8, and have its first line say so.`,
        );
    }
  }

  function openTag(name: string, attributes: string): void {
    if (open.length === 0) {
      if (root !== undefined) throw notWhole();
      root = name;
      layout = layoutOf(localName(name));
    }
    if (open.length === MAX_DEPTH) throw broken(`Elements stand in each other more than ${MAX_DEPTH} deep.`);
    open.push(name);
    const local = localName(name);
    if (within.length === 0) {
      if (!layout?.wanted.has(local)) return;
      characters = 0;
    }
    within.push({ name: local, line: within[0]?.line ?? lineAt(at), attributes, children: [], raw: '' });
  }

  function closeTag(name: string): void {
    const last = open.pop();
    if (last === undefined) throw notWhole();
    if (last !== name) throw broken(`</${name}> closes <${last}>.`);
    isOver = open.length === 0;
    const closed = within.pop();
    if (!closed) return;
    const parent = within.at(-1);
    if (parent) parent.children.push(closed);
    else layout?.take(closed);
  }

  /** Whether one more piece of it was taken; false where the rest of it has not come. */
  function step(isLast: boolean): boolean {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) takeText(text.slice(at, end));
    at = end;
    if (next < 0) return false;
    const section = text[at + 1] === '!' || text[at + 1] === '?';
    if (section) {
      // A beginning that may become a longer one.
      if (!isLast && text.length - at < 9) return false;
      const found = SECTIONS.find(([begin]) => text.startsWith(begin, at));
      if (!found) throw notWhole();
      const [begin, close] = found;
      const stop = text.indexOf(close, at + begin.length);
      if (stop >= 0) {
        takeSection(begin, text.slice(at + begin.length, stop));
        at = stop + close.length;
        return true;
      }
    } else {
      TAG.lastIndex = at;
      const tag = TAG.exec(text);
      if (tag) {
        const [whole, closing, opening, attributes, isEmpty] = tag;
        if (within.length > 0) count(whole.length);
        if (closing !== undefined) closeTag(closing);
        else {
          openTag(opening, attributes);
          if (isEmpty) closeTag(opening);
        }
        at += whole.length;
        return true;
      }
      if (text.indexOf('>', at) >= 0 && (isLast || text.length - at > MAX_TOKEN_CHARACTERS))
        throw broken(`${shown(text.slice(at, at + 60))} is no tag.`);
    }
    if (text.length - at > (section ? MAX_ELEMENT_CHARACTERS : MAX_TOKEN_CHARACTERS))
      throw broken(`What begins with ${shown(text.slice(at, at + 20))} does not end.`);
    return false;
  }

  return {
    add(more) {
      lineAt(at);
      text = text.slice(at) + more;
      at = 0;
      lineEnd = undefined;
      while (step(false));
    },
    end() {
      while (step(true));
      if (!isOver || at < text.length) throw notWhole();
    },
  };
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
