// ./goshawk keep COMMAND …: starts a command of goshawk, and starts it again when it dies. What ./run.sh does with serve.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { InputError } from '../domain/input-error.ts';
import { goshawkWords } from '../stack/goshawk-process.ts';
import { type KeptProcess, keepRunning, lastErrorLine } from '../stack/keep-running.ts';

const USAGE =
  'Usage: ./goshawk keep COMMAND [options]\n\n' +
  'Starts a command and starts it again when it dies, later each time. Ends with it when it is stopped, when it ends in order,\n' +
  'or when what it was asked for cannot be (exit code 2).';
/** Of standard error, enough for the last words. */
const KEPT_CHARACTERS = 16_000;
const STOP_MS = 90_000;

/** In a session of its own, so that Ctrl-C reaches it by us alone, once. */
function start(args: readonly string[], env: Readonly<Record<string, string>>): KeptProcess {
  const [program, ...words] = goshawkWords(args);
  const child = spawn(program, words, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    process.stderr.write(chunk);
    said = (said + chunk).slice(-KEPT_CHARACTERS);
  });
  child.stderr.on('error', () => undefined);
  // What it said last is read before it counts as ended.
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    exited,
    lastWords: () => lastErrorLine(said),
    signal: (signal) => {
      child.kill(signal);
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

export async function keepCommand(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(USAGE);
    return;
  }
  if (name === 'keep') throw new InputError('keep cannot keep itself.');
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const kept = keepRunning({
    name: name === 'serve' ? 'The desk' : name,
    start: (env) => start([name, ...rest], env),
    say: (text) => console.error(`goshawk: ${text}`),
    advice: 'mend what it says, or start it with another --data-dir; what was accepted is kept',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => kept.signal(signal));
  process.exit(await kept.ended);
}
