// Keeps a process running: one that dies is started again, later each time, and told that it was. One that keeps dying at its
// start is tried slowly, and said to be.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRestartPolicy } from '../ports/restart-policy.ts';
import { restartsEnv } from '../ports/restarts.ts';

export type KeptProcess = {
  readonly exited: Promise<number | null>;
  /** The last of what it wrote that says why it ended. */
  lastWords(): string;
  signal(signal: NodeJS.Signals): void;
  stop(withinMs?: number): Promise<void>;
};

export type KeepOptions<Process extends KeptProcess> = {
  readonly name: string;
  /** Starts it, with this added to its environment. */
  readonly start: (env: Readonly<Record<string, string>>) => Process;
  readonly say: (text: string) => void;
  /** What to look at when it keeps dying. */
  readonly advice: string;
  readonly firstPauseMs?: number;
};

export type Kept<Process extends KeptProcess> = {
  readonly current: Process;
  /** Resolves with its exit code once it is not started again. */
  readonly ended: Promise<number>;
  signal(signal: NodeJS.Signals): void;
  stop(withinMs?: number): Promise<void>;
};

/** What was asked for cannot be: another start would end the same way. As goshawk's commands say it. */
const USAGE_EXIT_CODE = 2;
const TOLD_CHARACTERS = 300;
const TELLING = /goshawk: |stopping: |FATAL ERROR|^[\w.]*(Error|Exception)\b.*: /;

/** Of what a process wrote, the last line that tells of an error, or the last at all. */
export function lastErrorLine(text: string): string {
  // What a server logs of requests, an object a line, does not tell of its end.
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  const last = lines.findLast((line) => TELLING.test(line)) ?? lines.at(-1) ?? '';
  return last.trim().slice(0, TOLD_CHARACTERS);
}

export function keepRunning<Process extends KeptProcess>(options: KeepOptions<Process>): Kept<Process> {
  const { name, say } = options;
  const policy = createRestartPolicy(options.firstPauseMs);
  const stopping = new AbortController();
  let count = 0;
  let lastExit = '';
  let current = options.start(restartsEnv({ count, lastExit }, process.pid));

  async function keep(): Promise<number> {
    for (;;) {
      const startedMs = performance.now();
      const code = await current.exited;
      if (code === 0 || stopping.signal.aborted) return code ?? 1;
      const last = current.lastWords();
      // Whoever was killed said nothing of it.
      const words = code === null && !TELLING.test(last) ? '' : last;
      if (code === USAGE_EXIT_CODE) {
        say(`${name} cannot be started: ${words.replace(/\.$/, '')}. It is not tried again.`);
        return code;
      }
      lastExit = `${code === null ? 'killed by a signal' : `exit code ${code}`}${words ? `, ${words}` : ''}`;
      const { pauseMs, isLoop, deaths } = policy.died(performance.now() - startedMs);
      const seconds = pauseMs / 1000;
      say(
        isLoop
          ? `${name} keeps dying: ${deaths} times in a row soon after its start, the last time by ${lastExit}. It will not get well by itself: ${options.advice}. It is tried again every ${seconds} s.`
          : `${name} ended (${lastExit}); it is started again in ${seconds} s.`,
      );
      try {
        await sleep(pauseMs, undefined, { signal: stopping.signal });
      } catch {
        return code ?? 1;
      }
      count++;
      current = options.start(restartsEnv({ count, lastExit }, process.pid));
    }
  }
  const ended = keep();

  return {
    get current() {
      return current;
    },
    ended,
    signal(signal) {
      stopping.abort();
      current.signal(signal);
    },
    async stop(withinMs) {
      stopping.abort();
      await current.stop(withinMs);
      await ended;
    },
  };
}
