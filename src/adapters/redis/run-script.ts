// Script calls by the hash of the script; its text goes along where the server does not know it yet.
import type { RedisConnection } from './connection.ts';
import type { Script } from './scripts.ts';

/** Calls a script. */
export async function runScript(
  redis: RedisConnection,
  script: Script,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
) {
  try {
    return await redis.send(['EVALSHA', script.sha1, String(keys.length), ...keys, ...args]);
  } catch (error) {
    if (!/NOSCRIPT/.test((error as Error).message)) throw error;
    return redis.send(['EVAL', script.text, String(keys.length), ...keys, ...args]);
  }
}
