// A desk in a process of its own, as ./run.sh starts it, for whole-system tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';

// Each answer is held against its schema, in whatever process it is made.
process.env.GOSHAWK_CHECK_ANSWERS = '1';

const GOSHAWK = resolve(import.meta.dirname, '../goshawk');

/** Far more than a start takes, also of a desk with a past on a machine that is busy. */
const START_MS = 500_000;

export type DeskProcess = {
  readonly url: string;
  readonly child: ChildProcess;
  readonly startMs: number;
  output(): string;
  /** SIGKILL: no goodbye. */
  kill(): Promise<void>;
  /** Ctrl-C; gives the exit code. */
  stop(): Promise<number | null>;
};

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = makeTemporaryFolder('test');
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a desk on a folder and waits until it says where it listens. */
export async function startDesk(
  folder: string,
  args: readonly string[] = [],
  command: readonly string[] = ['serve'],
): Promise<DeskProcess> {
  const started = performance.now();
  const child = spawn(
    GOSHAWK,
    [
      ...command,
      '--port',
      '0',
      '--data-dir',
      join(folder, 'var'),
      '--log-dir',
      join(folder, 'logs'),
      '--preset',
      'classic',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await new Promise<string>((done, failed) => {
    const failing = (): void =>
      failed(new Error(`the desk did not start in ${START_MS / 1000} s:\n${output}`));
    const timer = setTimeout(failing, START_MS);
    const look = (): void => {
      const match = /Ready: (http:\S+)/.exec(output);
      if (!match) return;
      clearTimeout(timer);
      done(match[1]);
    };
    child.stdout?.on('data', look);
    child.on('exit', () => {
      clearTimeout(timer);
      failed(new Error(`the desk ended while starting:\n${output}`));
    });
  });
  return {
    url,
    child,
    startMs: performance.now() - started,
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGINT');
      const [code] = await exited;
      return code;
    },
  };
}

export async function postJson(
  url: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

export async function getJson<T = Record<string, unknown>>(url: string, path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T;
}

/** The smallest valid transaction, now. */
export function smallest(id: string, accountId = 'a1', amountMinor = 1234) {
  return {
    id,
    accountId,
    occurredAt: new Date().toISOString(),
    amountMinor,
    currency: 'EUR',
    type: 'purchase' as const,
  };
}

/** Resident memory of a desk's process. */
export function residentMegabytes(desk: DeskProcess): number {
  const status = readFileSync(`/proc/${desk.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
