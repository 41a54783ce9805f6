// A process as a child: a worker, a sink, a server, the simulator; its output in a log file.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KeptProcess, lastErrorLine } from './keep-running.ts';

const MAIN = new URL('../cli/main.ts', import.meta.url).pathname;
const NODE_FLAGS = new URL('../../scripts/node-flags.sh', import.meta.url).pathname;

export type GoshawkProcess = KeptProcess & {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the first match in what it wrote since it started; throws when it ends before. */
  said(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
};

export type GoshawkProcessOptions = {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
};

const STOP_MS = 15_000;
const LOOK_MS = 50;
const LAST_BYTES = 16_000;

/** The program and its words that run a command of goshawk. */
export function goshawkWords(args: readonly string[]): readonly [string, ...string[]] {
  const flags = execFileSync(NODE_FLAGS, { encoding: 'utf8' }).trim().split('\n');
  return [process.execPath, ...flags, '--disable-warning=ExperimentalWarning', MAIN, ...args];
}

export function startGoshawk(options: GoshawkProcessOptions): GoshawkProcess {
  const [program, ...args] = goshawkWords(options.args);
  return startProgram(program, { ...options, args });
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
    lastWords: () =>
      lastErrorLine(readFileSync(logFile).subarray(from).subarray(-LAST_BYTES).toString('utf8')),
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
    // SIGTERM, then SIGKILL when it takes too long.
    async stop(withinMs = STOP_MS) {
      if (over) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
