// A connection to Redis: binary answers, commands that fail at once while the server is away, messages that name
// the setting to look at.
import { createClient, RESP_TYPES, type RedisArgument } from '@redis/client';
import { InputError } from '../../domain/input-error.ts';

export type RedisConnection = {
  /** Sends one command; strings come back as bytes. Rejects while the server is away. */
  send(args: readonly RedisArgument[]): Promise<unknown>;
  readonly ready: boolean;
  close(): Promise<void>;
};

export type RedisOptions = {
  /** redis://user:password@host:port/number, rediss:// with TLS */
  readonly url: string;
  readonly connectTimeoutMs?: number;
  /** The server went away or came back. */
  readonly onNotice?: (message: string) => void;
};

const CONNECT_TIMEOUT_MS = 5000;
const SLOWEST_RETRY_MS = 2000;
/** Commands under way at once; beyond this the caller is told instead of memory being filled. */
const MAX_COMMANDS = 10_000;

/** Connects and tries again for as long as it takes. Throws InputError when address, password or database is wrong. */
export async function openRedis(options: RedisOptions): Promise<RedisConnection> {
  let url: URL;
  try {
    url = new URL(options.url);
  } catch {
    throw new InputError(
      'REDIS_URL is not an address. It looks like redis://user:password@host:6379 (rediss:// with TLS).',
    );
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new InputError(`REDIS_URL starts with ${url.protocol}//; it must be redis:// or rediss://.`);
  }
  const where = url.host;
  let away = false;
  const client = createClient({
    url: options.url,
    socket: {
      connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries) => {
        if (!opened) return false;
        // Jitter, so that a fleet does not come back as one.
        return Math.min(SLOWEST_RETRY_MS, 50 * 2 ** Math.min(retries, 6)) * (0.5 + Math.random() / 2);
      },
    },
    disableOfflineQueue: true,
    // Those that were sent have no such limit either, and each would get an AbortSignal, and seconds later an error with a stack
    // that nobody reads.
    commandOptions: { timeout: 0 },
    commandsQueueMaxLength: MAX_COMMANDS,
  });
  let opened = false;
  client.on('error', (error: Error) => {
    if (opened && !away) options.onNotice?.(`Redis at ${where} is away: ${error.message}`);
    away = true;
  });
  client.on('ready', () => {
    if (opened && away) options.onNotice?.(`Redis at ${where} is back`);
    away = false;
  });
  try {
    await client.connect();
  } catch (error) {
    client.destroy();
    throw explained(error as Error, where);
  }
  opened = true;
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    send: (args) => binary.sendCommand(args),
    get ready() {
      return client.isReady;
    },
    async close() {
      if (client.isReady) await client.close();
      else client.destroy();
    },
  };
}

function explained(error: Error, where: string): Error {
  if (/WRONGPASS|NOAUTH|AUTH/.test(error.message)) {
    return new InputError(
      `Redis at ${where} refuses user or password. Look at REDIS_URL. (${error.message})`,
    );
  }
  if (/ENOTFOUND/.test(error.message)) return new InputError(`There is no host ${where}. Look at REDIS_URL.`);
  if (/DB index/.test(error.message)) {
    return new InputError(
      `Redis at ${where} has no database of that number. Look at REDIS_URL. (${error.message})`,
    );
  }
  return new Error(`Redis at ${where} cannot be reached (REDIS_URL): ${error.message}`, { cause: error });
}
