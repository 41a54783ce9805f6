// An engine that runs containers for tests: Docker, or Podman with stand-ins for base images (scripts/container-images.sh).
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');
const LONGEST_MS = 590_000;

export type ContainerEngine = {
  /** Runs a command of the engine and gives what it printed. Throws with what it said where it fails. */
  run(...words: string[]): string;
  /** As `run`, with the exit code in place of an error. */
  tried(...words: string[]): { readonly status: number | null; readonly said: string };
  /** Builds a target of the Dockerfile under a name. */
  build(target: string, name: string): void;
  readonly env: NodeJS.ProcessEnv;
  readonly isPodman: boolean;
};

/** Undefined, with why, where none can be had and nobody insists (CI=true does). */
export function containerEngine(bases: readonly string[]): ContainerEngine | { readonly missing: string } {
  const script = join(ROOT, 'scripts/container-images.sh');
  const prepared = spawnSync(script, bases, { encoding: 'utf8', timeout: LONGEST_MS });
  if (prepared.status !== 0) {
    if (process.env.CI === 'true') throw new Error(`no containers: ${prepared.stderr}`);
    return { missing: prepared.stderr.trim() };
  }
  const found = JSON.parse(prepared.stdout) as {
    engine: string;
    env: Record<string, string>;
    build: string[];
  };
  const env = { ...process.env, ...found.env };
  const tried: ContainerEngine['tried'] = (...words) => {
    const { status, stdout, stderr } = spawnSync(found.engine, words, {
      env,
      encoding: 'utf8',
      timeout: LONGEST_MS,
      maxBuffer: 64 << 20,
    });
    return { status, said: `${stdout}${status === 0 ? '' : stderr}` };
  };
  const run: ContainerEngine['run'] = (...words) => {
    const { status, said } = tried(...words);
    if (status !== 0)
      throw new Error(`${found.engine} ${words.join(' ')} ended with ${status}: ${said.slice(-2000)}`);
    return said.trim();
  };
  return {
    run,
    tried,
    build: (target, name) => void run('build', ...found.build, '--target', target, '-t', name, ROOT),
    env,
    isPodman: found.engine === 'podman',
  };
}
