// A local socket beside the data folder: lets ./goshawk sql, audit and people ask the running desk, for its own user only.
import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ByteLine, byteLines } from '../adapters/files/file-bytes.ts';
import type { Boundary } from '../ports/boundary.ts';

/** What is asked: a statement that changes nothing, or a command about accounts. */
export type AdminRequest = { readonly sql: string } | { readonly people: unknown };
export type AdminHandlers = {
  sql(sql: string): Promise<unknown[]>;
  people(command: unknown): Promise<unknown[]>;
};
type Answer = { readonly rows: unknown[] } | { readonly error: string };
const MAX_SOCKET_PATH = 100;
const MAX_LINE_BYTES = 1 << 20;

/** Where the socket of a data folder is; long paths do not fit into a socket address and get a short one. */
export function socketPath(dataDir: string): string {
  const path = resolve(dataDir, 'admin.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  return join(tmpdir(), `goshawk-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}

/** Undefined where the other side left before. The socket stays open. */
async function firstLine(socket: Socket): Promise<ByteLine | undefined> {
  try {
    for await (const line of byteLines(socket.iterator({ destroyOnReturn: false }), MAX_LINE_BYTES))
      return line;
  } catch {
    socket.destroy();
  }
  return undefined;
}

export async function serveAdmin(
  dataDir: string,
  handlers: AdminHandlers,
  boundary: Boundary,
): Promise<Server> {
  const path = socketPath(dataDir);
  rmSync(path, { force: true });
  async function answerLine(line: string): Promise<Answer> {
    try {
      const asked = JSON.parse(line) as AdminRequest;
      return {
        rows: 'people' in asked ? await handlers.people(asked.people) : await handlers.sql(asked.sql),
      };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }
  /** A connection asks once. */
  async function answerOne(socket: Socket): Promise<void> {
    const asked = await firstLine(socket);
    if (!asked) return;
    const answer = asked.tooLong
      ? { error: `What is asked is longer than ${MAX_LINE_BYTES} bytes.` }
      : await answerLine(asked.bytes.toString('utf8'));
    socket.end(`${JSON.stringify(answer)}\n`);
    // Its end is only heard while it is read.
    socket.resume();
  }
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    answerOne(socket).catch((error) => {
      socket.destroy();
      boundary.caught('admin socket', error);
    });
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(path, done);
  });
  server.on('error', (error) => boundary.caught('admin socket', error));
  chmodSync(path, 0o600);
  return server;
}

/** Asks the desk that runs on a data folder; undefined when none does. Throws with the database's own message. */
export function askAdmin(
  dataDir: string,
  request: AdminRequest,
): Promise<Record<string, unknown>[] | undefined> {
  return new Promise((done, failed) => {
    const socket = connect(socketPath(dataDir));
    let text = '';
    socket.on('error', () => done(undefined));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    // A character may be cut between two pieces.
    socket.setEncoding('utf8');
    socket.on('data', (piece) => {
      text += piece;
    });
    socket.on('end', () => {
      const answer = JSON.parse(text) as Answer;
      if ('error' in answer) failed(new Error(answer.error));
      else done(answer.rows as Record<string, unknown>[]);
    });
  });
}
