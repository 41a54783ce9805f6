// A desk left to itself with its simulator: the labels of what it decided come back, are stored, and it goes on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServerMessage } from '../src/protocol/feed.ts';
import { makeFolder, startDesk } from './desk-process.ts';

const folder = makeFolder();
after(() => folder.remove());

test('F5 labels of the live stream reach the desk by themselves, and it lives on', {
  timeout: 180_000,
}, async () => {
  const desk = await startDesk(folder.path, ['--rate', '200']);
  const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/v1/feed`);
  let labels = 0;
  socket.on('message', (data: Buffer) => {
    const message: ServerMessage = JSON.parse(String(data));
    if (message.type === 'diff') labels += message.labels?.length ?? 0;
  });
  try {
    // The first comes half a minute after its transaction.
    for (const end = Date.now() + 120_000; labels < 5 && Date.now() < end; ) {
      assert.equal(desk.child.exitCode, null, desk.output());
      await sleep(200);
    }
    assert.ok(labels >= 5, `${labels} labels; ${desk.output()}`);
    await sleep(2000);
    assert.equal((await fetch(`${desk.url}/readyz`)).status, 200);
  } finally {
    socket.close();
    assert.equal(await desk.stop(), 0, desk.output());
  }
});
