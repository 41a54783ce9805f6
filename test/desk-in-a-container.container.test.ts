// The image in a real engine: a single desk with a volume, as whoever installs it runs it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerEngine, containerEngine, ROOT } from './container-engine.ts';
import { clientOf, firstCookie } from './people.ts';

const IMAGE = 'goshawk-test';
const NAME = `goshawk-test-${process.pid}`;
const READY_MS = 240_000;
/** After that long the engine kills, and the exit code says so. */
const STOP_SECONDS = '5';
const MB = 1e6;
/** What a container may do at most: nothing but to write into its volume and /tmp. */
const BARE = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

const HEALTH = ['node', '/app/src/cli/main.ts', 'health'];

const found = containerEngine(['node']);
const skip = 'missing' in found ? found.missing : false;

function engine(): ContainerEngine {
  if ('missing' in found) throw new Error(found.missing);
  return found;
}

before(() => {
  if (!skip) engine().build('goshawk', IMAGE);
});

after(() => {
  if (skip) return;
  engine().tried('rm', '-f', NAME);
  engine().tried('volume', 'rm', '-f', NAME);
});

type Started = {
  readonly url: string;
  ready(): Promise<void>;
  /** The exit code of a container that was asked to stop. */
  stopped(): string;
};

function start(...words: string[]): Started {
  const { run } = engine();
  engine().tried('rm', '-f', NAME);
  run('run', '-d', '--name', NAME, ...BARE, '-v', `${NAME}:/var/lib/goshawk`, '-p', '127.0.0.1::8000', IMAGE, 'serve', '--host', '0.0.0.0', ...words); // biome-ignore format: as it is typed
  const url = `http://${run('port', NAME, '8000').split('\n')[0]}`;
  return {
    url,
    async ready() {
      const untilMs = Date.now() + READY_MS;
      while (
        !(await fetch(`${url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ))
      ) {
        assert.ok(Date.now() < untilMs, `not ready: ${run('logs', NAME)}`);
        await sleep(500);
      }
    },
    stopped() {
      run('stop', '-t', STOP_SECONDS, NAME);
      return run('inspect', NAME, '--format', '{{.State.ExitCode}}');
    },
  };
}

const PAYMENT = {
  id: 't-1',
  accountId: 'a-1',
  occurredAt: new Date().toISOString(),
  amountMinor: 1250,
  currency: 'EUR',
  type: 'purchase',
  channel: 'ecommerce',
} as const;

test('B5 the image takes at most 60 MB on top of its base, has its bill of materials, and no rights', {
  skip,
}, () => {
  const { run } = engine();
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const [, base] = /^FROM (\S+) AS goshawk$/m.exec(dockerfile) ?? [];
  assert.ok(base);
  const sizeOf = (image: string): number => Number(run('image', 'inspect', image, '--format', '{{.Size}}'));
  const addedMb = (sizeOf(IMAGE) - sizeOf(base)) / MB;
  assert.ok(addedMb < 60, `${addedMb.toFixed(0)} MB`);
  const within = (...words: string[]): string =>
    run('run', '--rm', ...BARE, '--entrypoint', words[0], IMAGE, ...words.slice(1));
  const bill = JSON.parse(within('cat', '/app/goshawk.cdx.json')) as {
    bomFormat: string;
    components: unknown[];
  };
  assert.equal(bill.bomFormat, 'CycloneDX');
  assert.ok(bill.components.length > 50);
  assert.equal(within('id', '-u'), '1000');
  const labels = run('image', 'inspect', IMAGE, '--format', '{{json .Config.Labels}}');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.equal((JSON.parse(labels) as Record<string, string>)['org.opencontainers.image.version'], version);
});

test('B5 B6 B7 a desk decides in a container, stops in time at any moment, and goes on with its data', {
  skip,
}, async () => {
  const { run } = engine();
  // Its first model is being trained.
  const first = start();
  await sleep(4000);
  assert.equal(first.stopped(), '0');

  const second = start('--rate', '50');
  await second.ready();
  const desk = { url: second.url, output: () => run('logs', NAME) };
  const cookie = await firstCookie(desk);
  const decide = (url: string) => clientOf({ url }, { cookie }).call('decide', { body: PAYMENT });
  const decision = await decide(second.url);
  assert.match(run('exec', NAME, ...HEALTH), /ready/);
  assert.equal(second.stopped(), '0');

  const third = start('--no-simulator');
  await third.ready();
  assert.doesNotMatch(run('logs', NAME), /No model yet/);
  assert.deepEqual(await decide(third.url), decision);
});
