// ./goshawk health: whether a process of goshawk on this machine is ready, as an exit code. What containers ask of themselves.

import { healthPort } from '../runtimes/health-endpoint.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  port: {
    type: 'string',
    value: 'N',
    help: 'whose: of a desk or server, or HEALTH_PORT of another process [HEALTH_PORT, or 8000]',
  },
  live: { type: 'boolean', help: 'ask only whether it answers, not whether it is ready' },
  help: { type: 'boolean', help: 'show this text' },
};
const DESK_PORT = 8000;
const ANSWER_MS = 4000;

export async function healthCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('health', args, SPECS);
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk health [options]',
        'Says whether a process on this machine is ready; exit code 0 where it is, else 1.',
        SPECS,
      ),
    );
    return;
  }
  const port =
    options.text('port') === undefined
      ? (healthPort(process.env) ?? DESK_PORT)
      : options.number('port', 1, 65_535);
  const url = `http://127.0.0.1:${port}/${options.flag('live') ? 'healthz' : 'readyz'}`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'manual' });
    const text = (await response.text()).trim().slice(0, 500);
    if (response.ok) return console.log(text);
    console.error(`goshawk: ${url} says ${response.status}: ${text}`);
    process.exitCode = 1;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    console.error(`goshawk: nothing answers at ${url}: ${cause?.message ?? message}`);
    process.exitCode = 1;
  }
}
