// A server program as a child: its output in a log file, ready when a probe says so.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of a server that lives in a folder. */
export type ServerFolder = {
  /** Made on the first start, gone on with on later ones. */
  readonly folder: string;
  readonly port: number;
  readonly logFile: string;
};

export type ServerProcess = {
  readonly pid: number;
  /** SIGKILL, as when a machine dies. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

export type ServerProcessOptions = {
  /** What messages call it. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: { readonly uid: number; readonly gid: number };
  readonly stopSignal: NodeJS.Signals;
  /** Rejects while the server does not answer. */
  readonly probe: () => Promise<void>;
  readonly readyMs: number;
};

const PROBE_EVERY_MS = 100;

/** Starts the program and waits until it answers; throws, naming the log file, when it ends or takes too long. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, logFile } = options;
  const log = openSync(logFile, 'a');
  const child = spawn(options.program, options.args, {
    ...options.account,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log],
    // Ctrl-C in the terminal is for us: servers are taken down in their order.
    detached: true,
  });
  closeSync(log);
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => undefined);
  const exited = once(child, 'exit');
  await Promise.race([answering(child, options), failed]);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started; see ${logFile}`);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exited;
  };
  return { pid, kill: () => end('SIGKILL'), stop: () => end(options.stopSignal) };
}

async function answering(child: ChildProcess, options: ServerProcessOptions): Promise<void> {
  const until = performance.now() + options.readyMs;
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`${options.name} ended while starting; see ${options.logFile}`);
    try {
      await options.probe();
      return;
    } catch (error) {
      if (performance.now() > until) {
        child.kill('SIGKILL');
        throw new Error(`${options.name} did not answer; see ${options.logFile}`, { cause: error });
      }
      await sleep(PROBE_EVERY_MS);
    }
  }
}
