// A secret of a desk or an installation on this machine: made once, kept in a file that nobody else can read.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../domain/input-error.ts';

const SECRET_BYTES = 32;
export const CARD_KEY_FILE = 'card-token.key';

/** The secret in this file of the folder, in base64url; made where there is no such file. */
export function secretIn(folder: string, name: string): string {
  const file = join(folder, name);
  const known = readSecret(file);
  if (known !== undefined) return known;
  mkdirSync(folder, { recursive: true });
  // Written whole before it has its name: a file that is there is a secret, whatever dies meanwhile.
  const draft = `${file}.${process.pid}`;
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    writeSync(descriptor, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    // Another process made one at the same time: that is the secret.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const directory = openSync(dirname(file), 'r');
  fsyncSync(directory);
  closeSync(directory);
  const made = readSecret(file);
  if (made === undefined) throw new InputError(`${file} was made and is gone again; start once more.`);
  return made;
}

function readSecret(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new InputError(`${file} cannot be read (${message}); it holds the key of this folder.`);
  }
  if (text === '') throw new InputError(`${file} is empty; put the key of this folder back from its backup.`);
  return text;
}
