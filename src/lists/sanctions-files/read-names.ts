// Names of a file of any format that is known, which is seen from what is in it: an XML by its first element, a CSV by its first line.
import { shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { utf8Pieces } from '../../domain/utf8.ts';
import { type CsvRecord, createCsvReader } from '../../formats/csv-records.ts';
import { type CsvFormat, csvFormatOf } from './csv-files.ts';
import { euXml } from './eu-xml.ts';
import { createNamesTaken, EXPECTED, type NamesRead, type NamesTaken } from './names-taken.ts';
import { advancedXml } from './ofac-advanced.ts';
import { sdnXml, type XmlFormat } from './ofac-xml.ts';
import { unXml } from './un-xml.ts';
import { createXmlReader } from './xml-elements.ts';

/** No line of a list of names is near it; one that is has lost a quote or a line end. */
const MAX_LINE_CHARACTERS = 65_536;

/** The reader of CSV looks ahead as far as its piece goes, for each line. */
const PIECE_BYTES = 1 << 16;

/** SDN.CSV ends with the sign that ended files under CP/M. */
const END = '\u001a';

const XML_FORMATS: Readonly<Record<string, (names: NamesTaken) => XmlFormat>> = {
  sdnList: sdnXml,
  Sanctions: advancedXml,
  export: euXml,
  CONSOLIDATED_LIST: unXml,
};

export type NamesReader = {
  /** Throws InputError that says what is wrong and where. */
  add(bytes: Uint8Array): void;
  /** All names. Throws as `add` does, and where the file is not whole. */
  end(): NamesRead;
};

type TextReader = { add(text: string): void; end(): void };

function csvNames(names: NamesTaken): TextReader {
  const reader = createCsvReader({ maxBytes: MAX_LINE_CHARACTERS });
  let format: CsvFormat | undefined;
  function take(record: CsvRecord): void {
    // All of it was UTF-8 before.
    if (record.kind === 'bad-bytes') return;
    if (record.kind === 'broken') {
      // A file that was cut off within a cell would be a shorter list.
      if (record.isOpen)
        throw new InputError(
          `Line ${record.line}: ${record.problem} The file may not be whole, and the list of before stays.`,
        );
      names.drop(record.line, record.problem);
      return;
    }
    const cells = record.cells.map((cell) => cell.trim());
    if (cells.length === 1 && (cells[0] === '' || cells[0] === END)) return;
    if (format) format.take(cells, record.line);
    else format = csvFormatOf(cells, record.line, names);
  }
  return {
    add(text) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES)
        reader.add(bytes.subarray(at, at + PIECE_BYTES)).forEach(take);
    },
    end() {
      reader.end().forEach(take);
      format?.end();
    },
  };
}

function xmlNames(names: NamesTaken): TextReader {
  let format: XmlFormat | undefined;
  const reader = createXmlReader((root) => {
    if (!Object.hasOwn(XML_FORMATS, root))
      throw new InputError(`No list is known whose XML begins with ${shown(`<${root}>`)}. ${EXPECTED}`);
    format = XML_FORMATS[root](names);
    return format;
  });
  return {
    add: reader.add,
    end() {
      reader.end();
      format?.end();
    },
  };
}

/** A reader that is given a file piece by piece, and holds no more of it than its names. */
export function createNamesReader(): NamesReader {
  const pieces = utf8Pieces('The file');
  const names = createNamesTaken();
  let reader: TextReader | undefined;
  let head = '';
  function begin(): TextReader {
    reader = head.trimStart().startsWith('<') ? xmlNames(names) : csvNames(names);
    reader.add(head);
    return reader;
  }
  return {
    add(bytes) {
      const text = pieces.add(bytes);
      if (reader) {
        reader.add(text);
        return;
      }
      // Blanks and a byte order mark say nothing yet.
      head += text;
      if (head.startsWith('\uFEFF')) head = head.slice(1);
      if (head.trimStart() !== '') begin();
    },
    end() {
      pieces.end();
      (reader ?? begin()).end();
      return names.read();
    },
  };
}

/** The names of a whole file. Throws InputError. */
export function readNames(text: string): NamesRead {
  const reader = createNamesReader();
  reader.add(Buffer.from(text));
  return reader.end();
}
