// Which format a file is in, told by what stands in it: a file that is none of them is never called a bad one of another.
import { InputError } from '../../domain/input-error.ts';
import { repeatedKeyIn } from '../../domain/json-text.ts';
import { fileText } from '../../domain/utf8.ts';
import { type ForeignModel, refused } from './foreign-model.ts';
import { readLightgbm } from './lightgbm.ts';
import { quoted } from './number-text.ts';
import { startsLikeOnnx } from './onnx-file.ts';
import { readOnnx } from './read-onnx.ts';
import { parseUbjson } from './ubjson.ts';
import { readXgboost } from './xgboost.ts';

/** Throws InputError where the bytes are no model that can be imported. */
export function readForeignModel(bytes: Uint8Array): ForeignModel {
  try {
    return readByFormat(withoutMark(bytes));
  } catch (error) {
    if (error instanceof InputError) throw error;
    // Bytes that are none of a format can bring its reader to anything.
    throw refused(`it cannot be read (${(error as Error).message.slice(0, 200)}).`);
  }
}

const WANTED =
  'XGBoost as JSON or UBJ (save_model), LightGBM as text (save_model) and ONNX with a tree ensemble are read';
/** As much as tells text from bytes. */
const LOOKED_AT = 1024;
/** What other kinds of files begin with, in hexadecimal. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:fffe|feff)/, 'it is text in UTF-16; save it as UTF-8.'],
  [/^(?:1f8b|28b52ffd|425a68|fd377a585a)/, 'it is compressed; unpack it first.'],
  [/^504b0304/, `it is a zip archive; ${WANTED}.`],
  [/^800[2-5]/, `it is a pickle of Python, which is a program and is not run; ${WANTED}.`],
  [/^89484446/, `it is an HDF5 file; ${WANTED}.`],
  [/^.{8}4f52544d/, 'it is in the format of onnxruntime; the ONNX file that it was made of is read.'],
  [/^43424d31/, `it is a model of CatBoost; ${WANTED}.`],
  [/^62696e66/, 'it is in the old binary format of XGBoost; save it there by save_model, as JSON or UBJ.'],
];

/** Without the byte order mark that some programs write first. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isMarked ? bytes.subarray(3) : bytes;
}

function readByFormat(bytes: Uint8Array): ForeignModel {
  const start = Buffer.from(bytes.subarray(0, LOOKED_AT)).toString('latin1');
  if (/^\s*$/.test(start) && bytes.length <= LOOKED_AT) throw refused('the file is empty.');
  const hex = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  const [, other] = OTHER_KINDS.find(([begins]) => begins.test(hex)) ?? [];
  if (other !== undefined) throw refused(other);
  // A key of Universal Binary JSON has its length before it, where JSON has a quote.
  if (/^\{[iUIlL$#]/.test(start)) return readXgboost(parseUbjson(bytes));
  if (/^\s*\{\s*(?:["}]|$)/.test(start)) return readXgboost(jsonOf(bytes));
  if (/^\s*tree[ \t]*(?:[\r\n]|$)/.test(start)) return readLightgbm(linesOf(bytes));
  if (isText(bytes.subarray(0, LOOKED_AT))) throw refused(notTheText(start));
  if (!startsLikeOnnx(bytes)) {
    throw refused(`its first bytes (${hex}) are those of no format that is read; ${WANTED}.`);
  }
  return readOnnx(bytes);
}

/** Whatever is written for people has no control characters but tabs and line ends. */
const isText = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);

function notTheText(start: string): string {
  const begins = start.trimStart();
  if (/^(?:booster\[\d+\]|0:\[)/.test(begins) || /^\[\s*\{\s*"nodeid"/.test(begins)) {
    return "it is a dump of XGBoost's trees (dump_model), without its objective and base score; save it by save_model.";
  }
  if (begins.startsWith('<')) return `it is XML (PMML is not read); ${WANTED}.`;
  const [line = ''] = begins.split(/[\r\n]/);
  return `it is a text that begins with ${quoted(line)}; ${WANTED}.`;
}

/** Lines end as on any system. */
const linesOf = (bytes: Uint8Array): string =>
  fileText(bytes, 'The model')
    .trimStart()
    .replaceAll(/[ \t]*\r\n?|[ \t]+\n/g, '\n');

function jsonOf(bytes: Uint8Array): unknown {
  const text = fileText(bytes, 'The model');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refused(`it is no JSON: ${(error as Error).message.slice(0, 200)}.`);
  }
  const repeated = repeatedKeyIn(json, text);
  if (repeated !== undefined) throw refused(repeated);
  return json;
}
