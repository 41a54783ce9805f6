// A PostgreSQL server of our own in a folder: for a laptop's stack, for tests and for benchmarks.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../domain/input-error.ts';
import { type ServerFolder, type ServerProcess, startServerProcess } from './server-process.ts';

export const DATABASE_NAME = 'frauddb';
export const DATABASE_USER = 'frauduser';

export type PostgresServer = ServerProcess & { readonly url: string };

const READY_MS = 30_000;
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  // None: their paths are short by decree, and start at the data folder when they are relative.
  'unix_socket_directories=',
  // With 128 MB, the default, every batch pushes pages of the indexes out of the cache, to be written and read again.
  'shared_buffers=512MB',
  'max_wal_size=4GB',
  'checkpoint_timeout=15min',
  'wal_compression=on',
  'wal_init_zero=off',
  // Room for what comes while a piece of the log is taken to the disk: the sink would wait for it.
  'wal_buffers=64MB',
  'wal_writer_flush_after=8MB',
];

/** Folder of initdb and postgres; throws InputError with what to install where there is none. */
export function findPostgresPrograms(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  for (const version of versions) {
    const folder = join(root, version, 'bin');
    if (existsSync(join(folder, 'initdb'))) return folder;
  }
  throw new InputError(
    'There is no PostgreSQL server on this machine. Install the package postgresql, or name a server with DATABASE_URL.',
  );
}

/** The account a server runs under: PostgreSQL refuses to run as root. */
function serverAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a server on 127.0.0.1 and waits until it answers; the database and its user exist then. */
export async function startPostgresServer(options: ServerFolder): Promise<PostgresServer> {
  const { folder, port } = options;
  const programs = findPostgresPrograms();
  const account = serverAccount();
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const run = (program: string, args: readonly string[]): void => {
    execFileSync(join(programs, program), args, { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  if (!existsSync(join(data, 'PG_VERSION'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
    if (account) {
      chownSync(folder, account.uid, account.gid);
      chownSync(passwordFile, account.uid, account.gid);
    }
    chmodSync(folder, 0o700);
    run('initdb', [
      '-D',
      data,
      '-U',
      DATABASE_USER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ]);
  }
  const password = readFileSync(passwordFile, 'utf8');
  const server = await startServerProcess({
    name: 'postgres',
    program: join(programs, 'postgres'),
    args: ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])],
    logFile: options.logFile,
    ...(account && { account }),
    // "Fast": sessions are ended, what is committed stays.
    stopSignal: 'SIGINT',
    readyMs: READY_MS,
    probe: async () => createDatabase(programs, port, password),
  });
  return { ...server, url: `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}` };
}

/** Makes the database unless it is there; throws while the server does not answer. */
function createDatabase(programs: string, port: number, password: string): void {
  const psql = (database: string, sql: string): string =>
    execFileSync(
      join(programs, 'psql'),
      ['-h', '127.0.0.1', '-p', String(port), '-U', DATABASE_USER, '-d', database, '-tAc', sql],
      { env: { ...process.env, PGPASSWORD: password }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  if (psql('postgres', `select 1 from pg_database where datname = '${DATABASE_NAME}'`).trim() === '1') return;
  psql('postgres', `create database ${DATABASE_NAME}`);
}
