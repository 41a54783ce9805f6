// Which format a file is in, told by its first bytes.

import { InputError } from '../../domain/input-error.ts';
import { fileText } from '../../domain/utf8.ts';
import { type ForeignModel, refused } from './foreign-model.ts';
import { readLightgbm } from './lightgbm.ts';
import { readOnnx } from './read-onnx.ts';
import { parseUbjson } from './ubjson.ts';
import { readXgboost } from './xgboost.ts';

/** Throws InputError where the bytes are no model that can be imported. */
export function readForeignModel(bytes: Uint8Array): ForeignModel {
  try {
    return readByFormat(bytes);
  } catch (error) {
    if (error instanceof InputError) throw error;
    // Bytes that are none of a format can bring its reader to anything.
    throw refused(`it cannot be read (${(error as Error).message.slice(0, 200)}).`);
  }
}

function readByFormat(bytes: Uint8Array): ForeignModel {
  const text = (): string => fileText(bytes, 'The model');
  const start = Buffer.from(bytes.subarray(0, 5)).toString('latin1');
  if (start === 'tree\n') return readLightgbm(text());
  if (/^\s*\{\s*"/.test(start)) {
    let json: unknown;
    try {
      json = JSON.parse(text());
    } catch (error) {
      throw refused(`it is no JSON: ${(error as Error).message.slice(0, 200)}.`);
    }
    return readXgboost(json);
  }
  if (start.startsWith('{')) return readXgboost(parseUbjson(bytes));
  return readOnnx(bytes);
}
