// What channels and deliveries must do, whatever database is behind them, with a receiver that answers anything and a clock of ours.
import assert from 'node:assert/strict';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import { createBoundary } from '../../src/ports/boundary.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { NewChannel } from '../../src/ports/office/notifications.ts';
import { startNotifier } from '../../src/server/notifications/notifier.ts';
import { webhookTargets } from '../../src/server/notifications/webhook-targets.ts';

const START_MS = Date.UTC(2026, 10, 27, 12);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function notificationsContract(name: string, open: () => Promise<SqlSession>) {
  test(`N3 N4 notifications: ${name}`, async (t) => {
    const session = await open();
    const { notifications, audit } = createOffice(session);
    let nowMs = START_MS;
    /** By path: what is answered there. */
    const answers = new Map<string, { status: number; headers?: OutgoingHttpHeaders }>();
    let received: string[] = [];
    const receiver = createServer((request, response) => {
      const path = String(request.url);
      received.push(path);
      request.resume();
      const { status, headers } = answers.get(path) ?? { status: 200 };
      response.writeHead(status, headers).end();
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    const { port } = receiver.address() as AddressInfo;
    const notifier = startNotifier(
      notifications,
      { nowMs: () => nowMs },
      undefined,
      undefined,
      webhookTargets('127.0.0.1'),
      (error) => assert.fail(error),
      { ...createBoundary(() => nowMs, assert.fail), every: () => () => undefined },
    );
    const entry = (action: string): AuditEntry => ({
      atMs: nowMs,
      actor: { kind: 'local', id: 'local', name: 'local' },
      action,
      subject: '',
    });
    const add = (path: string): Promise<number> =>
      notifications.add(
        {
          kind: 'webhook',
          target: `http://127.0.0.1:${port}${path}`,
          events: ['alert.opened'],
          minLossMinor: 0,
          createdBy: 'local',
          createdAtMs: nowMs,
        },
        'whsec_AAAA',
        entry('added a channel'),
      );
    /** How often each was tried since the last look. */
    const tried = async (...paths: readonly string[]): Promise<number[]> => {
      received = [];
      await notifier.push();
      return paths.map((path) => received.filter((one) => one === path).length);
    };
    const deliver = async (channel: number, count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await notifications.deliverTest(channel, nowMs);
    };
    const waiting = async (channel: number): Promise<number> =>
      (await notifications.deliveries(1000)).filter(
        (one) => one.channel === channel && one.deliveredAtMs === undefined && !one.givenUp,
      ).length;

    await t.test('N3 NOTICE3 A channel is stopped once, and says why until somebody goes on', async () => {
      const gone = await add('/gone');
      const well = await add('/well');
      answers.set('/gone', { status: 410 });
      await deliver(gone, 5);
      await deliver(well, 2);
      await tried();
      assert.equal((await notifications.channel(well))?.enabled, true);
      const stopped = await notifications.channel(gone);
      assert.deepEqual([stopped?.enabled, stopped?.stoppedBecause], [false, 'status 410']);
      const lines = await audit.lines({ action: 'stopped a channel' }, 10);
      assert.deepEqual(
        lines.map(({ who, subject, detail }) => [who, subject, detail]),
        [['Goshawk', `channel ${gone}`, { because: 'status 410' }]],
      );
      nowMs += 2 * DAY_MS;
      await deliver(gone, 1);
      await deliver(well, 1);
      assert.deepEqual(await tried('/gone', '/well'), [0, 1], 'what waits holds nobody else up');
      await notifications.forgetBefore(nowMs);
      assert.equal(await waiting(gone), 6, 'nor is it forgotten');
      answers.delete('/gone');
      assert.ok(await notifications.setEnabled(gone, true, entry('went on with a channel')));
      assert.deepEqual(await tried('/gone'), [6]);
      assert.equal(await waiting(gone), 0);
      assert.equal((await notifications.channel(gone))?.stoppedBecause, undefined);
    });

    await t.test(
      'N3 NOTICE1 Nothing goes out by a channel that is paused or stopped; what waits stays, and goes at once when somebody goes on',
      async () => {
        const paused = await add('/paused');
        answers.set('/paused', { status: 500 });
        await deliver(paused, 2);
        assert.deepEqual(await tried('/paused'), [2]);
        await notifications.setEnabled(paused, false, entry('paused a channel'));
        answers.delete('/paused');
        nowMs += DAY_MS;
        assert.deepEqual(await tried('/paused'), [0]);
        nowMs -= DAY_MS - 1000;
        await notifications.setEnabled(paused, true, entry('went on with a channel'));
        assert.deepEqual(await tried('/paused'), [2], 'at once, not when they were to be tried again');
      },
    );

    await t.test(
      'N4 NOTICE2 A channel that is held is left alone until then, and told one delivery at a time for a while after',
      async () => {
        for (const status of [429, 502, 503, 504]) {
          const path = `/busy-${status}`;
          const busy = await add(path);
          const other = await add(`/beside-${status}`);
          answers.set(path, { status, headers: { 'Retry-After': '120' } });
          await deliver(busy, 1);
          await tried();
          await deliver(busy, 4);
          await deliver(other, 1);
          assert.equal((await notifications.channel(busy))?.heldUntilMs, nowMs + 2 * MINUTE_MS);
          assert.deepEqual(
            await tried(path, `/beside-${status}`),
            [0, 1],
            'what comes later, too; others go on',
          );
          nowMs += 119_000;
          assert.deepEqual(await tried(path), [0]);
          nowMs += 1000;
          answers.delete(path);
          for (const count of [1, 1]) assert.deepEqual(await tried(path), [count]);
          nowMs += 2 * MINUTE_MS;
          assert.deepEqual(await tried(path), [1]);
          assert.deepEqual(await tried(path), [2], 'and at full speed after a minute');
          assert.equal((await notifications.channel(busy))?.heldUntilMs, undefined);
        }
      },
    );

    await t.test(
      'N4 without Retry-After it is left alone longer each time; many answers at once are one',
      async () => {
        const busy = await add('/longer');
        answers.set('/longer', { status: 503 });
        await deliver(busy, 10);
        assert.deepEqual(await tried('/longer'), [10]);
        const holds: number[] = [];
        for (let i = 0; i < 4; i++) {
          const { heldUntilMs = 0 } = (await notifications.channel(busy)) ?? {};
          holds.push(heldUntilMs - nowMs);
          nowMs = heldUntilMs;
          assert.deepEqual(await tried('/longer'), [1]);
        }
        assert.deepEqual(holds, [5000, 10_000, 20_000, 40_000]);
        await notifications.remove(busy, entry('removed a channel'));
      },
    );

    await t.test('N4 Retry-After is bounded, taken as a date too, and shortens nothing', async () => {
      const nextOf = async (path: string, status: number, retryAfter: string): Promise<number> => {
        const channel = await add(path);
        answers.set(path, { status, headers: { 'Retry-After': retryAfter } });
        await deliver(channel, 1);
        await tried();
        const [{ nextAtMs }] = await notifications.deliveries(1);
        await notifications.remove(channel, entry('removed a channel'));
        return nextAtMs - nowMs;
      };
      assert.equal(await nextOf('/date', 503, new Date(nowMs + 90_000).toUTCString()), 90_000);
      assert.equal(await nextOf('/year', 429, String(365 * 86_400)), DAY_MS);
      assert.equal(await nextOf('/millennium', 503, 'Fri, 01 Jan 3027 00:00:00 GMT'), DAY_MS);
      assert.equal(await nextOf('/endless', 503, '9'.repeat(400)), DAY_MS);
      assert.equal(await nextOf('/short', 503, '1'), 5000);
      assert.equal(await nextOf('/past', 503, 'Sun, 06 Nov 1994 08:49:37 GMT'), 5000);
      assert.equal(await nextOf('/nonsense', 503, 'later'), 5000);
      assert.equal(await nextOf('/other', 500, '600'), 600_000, 'of this delivery alone');
    });

    await t.test('N4 a receiver that stays under load is given up in the end', async () => {
      const away = await add('/away');
      answers.set('/away', { status: 503 });
      await deliver(away, 1);
      let tries = 0;
      for (let i = 0; i < 20; i++) {
        tries += (await tried('/away'))[0];
        nowMs += 3_600_000;
      }
      assert.equal(tries, 15);
      const [last] = await notifications.deliveries(1);
      assert.deepEqual([last.givenUp, last.lastError], [true, 'status 503']);
    });

    await notifier.stop();

    await t.test(
      'N1 NOTICE4 What happened since a channel was added is one delivery for each channel that asks for it, however often it is gathered',
      async () => {
        for (const { id } of await notifications.channels()) await notifications.remove(id, entry('removed'));
        await audit.append({ ...entry('opened a case'), subject: 'case 1' });
        const asks = async (events: NewChannel['events']): Promise<number> =>
          notifications.add(
            {
              kind: 'webhook',
              target: 'http://127.0.0.1/',
              events,
              minLossMinor: 0,
              createdBy: 'local',
              createdAtMs: nowMs,
            },
            'whsec_AAAA',
            entry('added a channel'),
          );
        const [cases, both] = [await asks(['case.opened']), await asks(['case.opened', 'rule.moved'])];
        await notifications.setEnabled(await asks(['case.opened']), false, entry('paused a channel'));
        await audit.append({ ...entry('opened a case'), subject: 'case 2' });
        await audit.append({ ...entry('moved a rule'), subject: 'rule r' });
        await audit.append({ ...entry('looked at'), subject: 'case 2' });
        const made = await Promise.all([1, 2, 3].map(() => notifications.gather(nowMs, 1000)));
        assert.equal(
          made.reduce((sum, count) => sum + count, 0),
          3,
        );
        assert.equal(await notifications.gather(nowMs, 1000), 0);
        assert.deepEqual(
          (await notifications.deliveries(10)).map(({ channel, event }) => `${channel} ${event}`).sort(),
          [`${both} case.opened`, `${both} rule.moved`, `${cases} case.opened`].sort(),
        );
      },
    );

    await t.test("NOTICE5 A delivery that was taken is nobody else's until its lease is over", async () => {
      const takes = await Promise.all([1, 2, 3].map(() => notifications.take(nowMs, 60_000, 10)));
      const ids = takes.flat().map(({ id }) => id);
      assert.deepEqual([ids.length, new Set(ids).size], [3, 3]);
      assert.deepEqual(await notifications.take(nowMs + 59_000, 60_000, 10), []);
      const again = await notifications.take(nowMs + 60_000, 60_000, 10);
      assert.deepEqual(
        again.map(({ id, attempts }) => [id, attempts]),
        ids.sort((a, b) => a - b).map((id) => [id, 2]),
      );
    });

    await t.test('NOTICE6 A delivery that arrived, or was given up, is taken no more', async () => {
      const [arrived, lost, failing] = (await notifications.deliveries(10)).map(({ id }) => id);
      await notifications.delivered(arrived, nowMs);
      await notifications.failed(lost, 'status 500', undefined);
      await notifications.failed(failing, 'status 503', nowMs + DAY_MS);
      assert.deepEqual(await notifications.troubles(), { failing: 1, givenUp: 1 });
      assert.deepEqual(await notifications.take(nowMs + DAY_MS - 1, 1000, 10), []);
      assert.deepEqual(
        (await notifications.take(nowMs + DAY_MS, 1000, 10)).map(({ id }) => id),
        [failing],
      );
    });
    receiver.close();
    receiver.closeAllConnections();
    await session.close();
  });
}
