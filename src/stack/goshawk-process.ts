// A process as a child: a worker, a sink, a server, the simulator; its output in a log file.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = new URL('../cli/main.ts', import.meta.url).pathname;
const NODE_FLAGS = new URL('../../scripts/node-flags.sh', import.meta.url).pathname;

export type GoshawkProcess = {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<number | null>;
  /** Resolves with the first match in what it wrote since it started; throws when it ends before. */
  said(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL when it takes too long. */
  stop(withinMs?: number): Promise<void>;
};

export type GoshawkProcessOptions = {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
};

const STOP_MS = 15_000;
const LOOK_MS = 50;

export function startGoshawk(options: GoshawkProcessOptions): GoshawkProcess {
  const flags = execFileSync(NODE_FLAGS, { encoding: 'utf8' }).trim().split('\n');
  return startProgram(process.execPath, {
    ...options,
    args: [...flags, '--disable-warning=ExperimentalWarning', MAIN, ...options.args],
  });
}

/** The same for a program that is not ours, one of Spark's for example. */
export function startProgram(
  program: string,
  { name, args, env, logFile }: GoshawkProcessOptions,
): GoshawkProcess {
  const log = openSync(logFile, 'a');
  const from = statSync(logFile).size;
  // Ctrl-C in the terminal is for us: processes are taken down in their order.
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  let over = false;
  void exited.then(() => {
    over = true;
  });
  return {
    name,
    pid,
    exited,
    async said(pattern, withinMs) {
      for (const until = performance.now() + withinMs; ; await sleep(LOOK_MS)) {
        const text = readFileSync(logFile).subarray(from).toString('utf8');
        const match = pattern.exec(text);
        if (match) return match;
        if (over) throw new Error(`${name} ended; see ${logFile}:\n${text.slice(-2000)}`);
        if (performance.now() > until) {
          throw new Error(
            `${name} did not say ${pattern} within ${withinMs} ms; see ${logFile}:\n${text.slice(-2000)}`,
          );
        }
      }
    },
    signal(signal) {
      if (!over) child.kill(signal);
    },
    async stop(withinMs = STOP_MS) {
      if (over) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
