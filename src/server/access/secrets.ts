// Secrets: passwords by scrypt, random tokens, and what is kept of them.
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// OWASP Password Storage Cheat Sheet: N = 2^17, r = 8, p = 1 (128 MiB for a moment).
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 << 20 };
const KEY_BYTES = 32;
/** Each takes 128 MiB: more at once have to wait. */
const AT_ONCE = 2;

let running = 0;
const queue: (() => void)[] = [];

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
  running++;
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFKC'), salt, KEY_BYTES, COST, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    running--;
    queue.shift()?.();
  }
}

/** Sign-ins that wait for their turn; beyond a bound, sign-in answers that it is busy. */
export const passwordQueue = (): number => queue.length;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('base64url')}$${(await derive(password, salt)).toString('base64url')}`;
}

// What is compared where there is no such person: an answer must not tell by its time.
const NOBODY = `scrypt$${randomBytes(16).toString('base64url')}$${randomBytes(KEY_BYTES).toString('base64url')}`;

export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, salt, hash] = (stored ?? NOBODY).split('$');
  const expected = Buffer.from(hash, 'base64url');
  const given = await derive(password, Buffer.from(salt, 'base64url'));
  return timingSafeEqual(given, expected) && stored !== undefined;
}

export const newToken = (): string => randomBytes(32).toString('base64url');
/** Tokens are random and long: one plain hash keeps them from being read out of the database. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

export const newKeyId = (): string => randomBytes(6).toString('hex');
