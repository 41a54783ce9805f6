// Files that were brought for an import: on disk, encrypted by a key that only this process knows, so that a card number in them
// lies nowhere to be read (T5); they end with the process, or after a day.
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileSource } from '../adapters/files/open-rows.ts';
import { maskCardNumbers } from '../domain/card-number.ts';
import { InputError } from '../domain/input-error.ts';
import { MAX_FILE_BYTES } from '../ports/file-importer.ts';

const CIPHER = 'aes-256-ctr';
const KEY_BYTES = 32;
const NONCE_BYTES = 16;
const START_BYTES = 64;
const KEPT_MS = 24 * 3_600_000;
const MOST_KEPT = 8;
const LONGEST_NAME = 120;

export type Upload = {
  readonly id: string;
  readonly sha256: string;
  readonly takenAtMs: number;
  readonly source: FileSource;
};

export type Uploads = {
  /** Throws InputError where it is too large, or there is nothing in it. */
  take(name: string, bytes: AsyncIterable<Uint8Array>): Promise<Upload>;
  find(id: string): Upload | undefined;
  drop(id: string): Promise<boolean>;
  close(): Promise<void>;
};

/** What a file is called, without its folder and what no name may hold. */
function plainName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const name = maskCardNumbers(last.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').trim()).slice(0, LONGEST_NAME);
  return name === '' ? 'file' : name;
}

/** `folder` is this process's alone: what is in it is of one that ended, and goes. */
export async function openUploads(folder: string, nowMs: () => number): Promise<Uploads> {
  await rm(folder, { recursive: true, force: true });
  const kept = new Map<string, Upload & { readonly path: string }>();

  async function drop(id: string): Promise<boolean> {
    const upload = kept.get(id);
    if (!upload) return false;
    kept.delete(id);
    await rm(upload.path, { force: true });
    return true;
  }
  /** The oldest go where there are many, and those of yesterday. */
  async function tidy(): Promise<void> {
    const all = [...kept.values()];
    const old = all.filter(
      ({ takenAtMs }, at) => at < all.length - MOST_KEPT + 1 || nowMs() - takenAtMs > KEPT_MS,
    );
    for (const { id } of old) await drop(id);
  }

  return {
    async take(given, bytes) {
      await tidy();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const id = randomUUID();
      const name = plainName(given);
      const path = join(folder, id);
      const key = randomBytes(KEY_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const digest = createHash('sha256');
      let totalBytes = 0;
      let start = Buffer.alloc(0);
      const looked = async function* (): AsyncGenerator<Uint8Array> {
        for await (const piece of bytes) {
          totalBytes += piece.length;
          if (totalBytes > MAX_FILE_BYTES)
            throw new InputError(
              `A file has at most ${MAX_FILE_BYTES / 1024 ** 3} GiB. Cut it in several, or compress it by gzip.`,
            );
          digest.update(piece);
          if (start.length < START_BYTES) start = Buffer.concat([start, piece]).subarray(0, START_BYTES);
          yield piece;
        }
      };
      try {
        await pipeline(
          Readable.from(looked()),
          createCipheriv(CIPHER, key, nonce),
          createWriteStream(path, { mode: 0o600 }),
        );
        if (totalBytes === 0) throw new InputError(`${name} is empty.`);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      const open = (): Readable => {
        const file = createReadStream(path, { highWaterMark: 1 << 18 });
        const plain = createDecipheriv(CIPHER, key, nonce);
        file.on('error', (error) => plain.destroy(error));
        plain.on('close', () => file.destroy());
        return file.pipe(plain);
      };
      const upload = {
        id,
        sha256: digest.digest('hex'),
        takenAtMs: nowMs(),
        path,
        source: { name, totalBytes, start, open },
      };
      kept.set(id, upload);
      return upload;
    },
    find: (id) => kept.get(id),
    drop,
    async close() {
      kept.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
