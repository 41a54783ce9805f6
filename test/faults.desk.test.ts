// What goes wrong around a desk: a full disk, damaged files, readers that do not read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

test('A6 on a full disk intake pauses and says so; once there is space it goes on and nothing is lost', {
  timeout: 90_000,
}, async () => {
  const disk = mkdtempSync(join(tmpdir(), 'goshawk-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'goshawk-test', disk]);
  try {
    const desk = await startDesk(disk, ['--no-simulator']);
    try {
      assert.equal((await postJson(desk.url, '/v1/decisions', smallest('disk-1'))).status, 200);
      const filler = join(disk, 'filler');
      // All but a few pages: writes fail before the desk has looked at the free space.
      const free = Number(
        execFileSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).split('\n')[1],
      );
      execFileSync('fallocate', ['-l', String(free - 8192), filler]);
      const accepted: string[] = [];
      const until = performance.now() + 20_000;
      let refusal: Awaited<ReturnType<typeof postJson>> | undefined;
      for (let i = 0; performance.now() < until; i++) {
        refusal = await postJson(desk.url, '/v1/decisions', smallest(`full-${i}`));
        if (refusal.status !== 200) break;
        accepted.push(`full-${i}`);
      }
      assert.ok(refusal);
      assert.equal(refusal.status, 503, JSON.stringify(refusal.body) + desk.output());
      assert.match(String(refusal.body.detail), /disk|takes longer/i);
      rmSync(filler);
      let status = 0;
      for (let i = 0; i < 100 && status !== 200; i++) {
        status = (await postJson(desk.url, '/v1/decisions', smallest(`after-${i}`))).status;
        if (status !== 200) await new Promise((done) => setTimeout(done, 100));
      }
      assert.equal(status, 200, desk.output());
      for (const id of ['disk-1', ...accepted]) {
        const story = await clientOf(desk).call('getTransaction', { params: { id } });
        assert.equal(story.transaction.id, id);
      }
    } finally {
      await desk.stop();
    }
  } finally {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  }
});

test('a damaged checkpoint is built again from the log, with the same histories', async () => {
  const folder = makeFolder();
  try {
    let desk = await startDesk(folder.path, ['--no-simulator']);
    for (let i = 0; i < 30; i++) await postJson(desk.url, '/v1/decisions', smallest(`before-${i}`, 'same'));
    await desk.stop();
    const state = join(folder.path, 'var', 'state');
    const newest = readdirSync(state).sort().at(-1) ?? '';
    const bytes = readFileSync(join(state, newest));
    bytes[bytes.length >> 1] ^= 0xff;
    writeFileSync(join(state, newest), bytes);
    desk = await startDesk(folder.path, ['--no-simulator']);
    assert.match(desk.output(), /histories are built again/);
    await postJson(desk.url, '/v1/decisions', smallest('afterwards', 'same'));
    const client = clientOf(desk);
    const { features } = await client.call('getTransaction', { params: { id: 'afterwards' } });
    assert.equal(features.find(({ name }) => name === 'account_tx_count_24h')?.value, 31);
    const stats = await client.call('getStats');
    assert.equal(stats.current.transactions, 31);
    assert.equal(
      stats.scoreBins.reduce((sum, bin) => sum + bin, 0),
      31,
      'the scores of before the restart are there as well',
    );
    await desk.stop();
  } finally {
    folder.remove();
  }
});

test('A3 a client that never reads is let go', async () => {
  const folder = makeFolder();
  try {
    const desk = await startDesk(folder.path, ['--rate', '200']);
    const { hostname, port } = new URL(desk.url);
    const stalled = connect(Number(port), hostname);
    stalled.pause();
    stalled.write(
      `GET /v1/feed HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    const clients = async (): Promise<string | undefined> => {
      const { services } = await clientOf(desk).call('getPipeline');
      return services.find(({ name }) => name === 'feed')?.detail;
    };
    const reached = async (text: string): Promise<void> => {
      const until = performance.now() + 20_000;
      while (!(await clients())?.startsWith(text)) {
        assert.ok(performance.now() < until, `the feed never had ${text}`);
        await new Promise((done) => setTimeout(done, 200));
      }
    };
    await reached('1 client');
    await reached('0 clients');
    stalled.destroy();
    await desk.stop();
  } finally {
    folder.remove();
  }
});
