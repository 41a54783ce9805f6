import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../domain/random.ts';
import { createEntityTable, type EntityTable } from './entity-table.ts';
import { History, type HistoryShape } from './history.ts';
import { loadHistory, loadToAdd, storeHistory } from './history-codec.ts';
import { distinctKeys, isKeyKnown, keepKey } from './key-set.ts';
import { keepPlace } from './recent-places.ts';

const DAY = 86_400;
const SHAPE: HistoryShape = { retentionSeconds: 30 * DAY, exactEvents: 64, keySets: [4, 3] };
const START = 1_700_000_000;

type Event = { time: number; amount: number };
const events = (most: number) =>
  fc.array(
    fc.record({ time: fc.integer({ min: 0, max: 40 * DAY }).map((t) => START + t), amount: fc.nat(2 ** 40) }),
    {
      maxLength: most,
    },
  );

function fill(list: readonly Event[]): History {
  const history = new History(SHAPE);
  for (const { time, amount } of list) history.add(time, amount);
  return history;
}

test('F2 F3 a window holds exactly the events in (from, to], whatever order they came in', () => {
  fc.assert(
    fc.property(
      events(60),
      fc.integer({ min: 0, max: 40 * DAY }),
      fc.integer({ min: 1, max: 30 * DAY }),
      (list, at, width) => {
        const history = fill(list);
        // The order of arrival decides what was still kept: an event older than the newest by the retention is gone.
        let newest = 0;
        let kept: Event[] = [];
        for (const event of list) {
          newest = Math.max(newest, event.time);
          kept = [...kept, event].filter((item) => item.time > newest - SHAPE.retentionSeconds - DAY);
        }
        const inside = kept.filter((item) => item.time > START + at - width && item.time <= START + at);
        history.window(START + at - width, START + at);
        assert.equal(history.windowCount, inside.length);
        assert.equal(
          history.windowSum,
          inside.reduce((sum, item) => sum + item.amount, 0),
        );
      },
    ),
  );
});

test('F4 tiled windows err by at most the content of the tile at each edge', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 3600, max: 20 * DAY }),
      (seed, width) => {
        let random = seed;
        const next = (): number => {
          random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
          return random / 2 ** 32;
        };
        const history = new History(SHAPE);
        const list: Event[] = [];
        let time = START;
        for (let i = 0; i < 600; i++) {
          time += Math.floor(next() * 5000);
          // Some come late.
          const event = { time: next() < 0.1 ? time - Math.floor(next() * 3 * DAY) : time, amount: 100 };
          list.push(event);
          history.add(event.time, event.amount);
        }
        assert.ok(history.tiled);
        const within = (from: number, to: number): number =>
          list.filter((e) => e.time > from && e.time <= to).length;
        history.window(time - width, time);
        const edge = within(time - width - 3600, time - width + 3600);
        assert.ok(Math.abs(history.windowCount - within(time - width, time)) <= edge + 1e-9);
        history.window(time - 3600, time);
        assert.ok(
          Math.abs(history.windowCount - within(time - 3600, time)) <=
            within(time - 3660, time - 3540) + 1e-9,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('F6 a history written and read back is the same', () => {
  fc.assert(
    fc.property(
      events(200),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(100_000))),
      fc.array(fc.nat(100_000), { maxLength: 8 }),
      (list, keys, stays) => {
        const history = fill(list);
        for (const [hash, time] of keys) keepKey(history.keySets[0], hash, START + time);
        for (const time of stays) keepPlace(history.places, START + time, 52.5, time / 1000);
        history.knownFrauds = 3;
        if (list.length > 0) history.label(list[0].time, true);
        const table = createEntityTable();
        const entry = table.findOrAdd('käse');
        storeHistory(history, table, entry);
        const again = new History(SHAPE);
        loadHistory(again, table, table.find('käse'));
        const bytes = (): string => {
          const at = table.offsetOf(entry);
          return Buffer.from(
            table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry)),
          ).toString('hex');
        };
        const first = bytes();
        storeHistory(again, table, entry);
        assert.equal(bytes(), first);
        history.window(0, 2 ** 32);
        again.window(0, 2 ** 32);
        const { size } = history.places;
        assert.deepEqual(again.places.times.subarray(0, size), history.places.times.subarray(0, size));
        assert.equal(again.places.size, size);
        const uses = ({ keySets: [set] }: History) => [
          ...set.lastSeen.subarray(0, set.size),
          ...set.hoursBefore.subarray(0, set.size),
        ];
        assert.deepEqual(uses(again), uses(history));
        assert.equal(again.windowSum, history.windowSum);
        assert.equal(again.windowFrauds, history.windowFrauds);
        assert.equal(table.keyOf(entry), 'käse');
      },
    ),
  );
});

test('F6 a history that is stored after every event equals one that never left memory', () => {
  fc.assert(
    fc.property(events(150), fc.integer({ min: 1, max: 9 }), (list, every) => {
      const table = createEntityTable();
      const entry = table.findOrAdd('one');
      const stored = new History(SHAPE);
      const kept = new History(SHAPE);
      list.forEach(({ time, amount }, i) => {
        loadHistory(stored, table, entry);
        for (const history of [stored, kept]) {
          history.add(time, amount);
          keepKey(history.keySets[0], 1 + (i % 7), time);
          if (i % every === 0) history.label(list[i >> 1].time, i % 2 === 0);
        }
        storeHistory(stored, table, entry);
        loadHistory(stored, table, entry);
        for (const width of [60, 3600, DAY, 30 * DAY]) {
          stored.window(time - width, time);
          kept.window(time - width, time);
          assert.deepEqual(
            [stored.windowCount, stored.windowSum, stored.windowFrauds, stored.tiled],
            [kept.windowCount, kept.windowSum, kept.windowFrauds, kept.tiled],
          );
        }
      });
    }),
  );
});

test('F6 adding to a history without reading its events leaves the same bytes', () => {
  let unread = 0;
  fc.assert(
    fc.property(events(200), fc.boolean(), fc.integer({ min: 2, max: 9 }), (drawn, inOrder, every) => {
      const list = inOrder ? drawn.toSorted((a, b) => a.time - b.time) : drawn;
      const tables = [createEntityTable(), createEntityTable()];
      const history = new History(SHAPE);
      const bytesIn = (table: EntityTable): string => {
        const entry = table.find('one');
        const at = table.offsetOf(entry);
        return Buffer.from(table.chunkOf(entry).bytes)
          .subarray(at, at + table.payloadLength(entry))
          .toString('hex');
      };
      list.forEach(({ time, amount }, i) => {
        for (const [which, table] of tables.entries()) {
          const entry = table.findOrAdd('one');
          if (which === 0) loadHistory(history, table, entry);
          else loadToAdd(history, table, entry, time);
          if (history.eventsUnread) unread++;
          keepKey(history.keySets[0], 1 + (i % 7), time);
          history.add(time, amount);
          storeHistory(history, table, entry);
          if (i % every !== 0) continue;
          loadHistory(history, table, entry);
          history.label(list[i >> 1].time, i % 2 === 0);
          storeHistory(history, table, entry);
        }
        assert.equal(bytesIn(tables[1]), bytesIn(tables[0]));
      });
    }),
  );
  assert.ok(unread > 100, `${unread} events were added that way`);
});

test('F5 a label counts once, and can be taken back', () => {
  const history = fill([
    { time: START, amount: 1 },
    { time: START + 5, amount: 1 },
  ]);
  assert.ok(history.label(START, true));
  assert.ok(!history.label(START, true), 'there is no second event in that second');
  history.window(START - 1, START + 10);
  assert.equal(history.windowFrauds, 1);
  assert.ok(history.label(START, false));
  history.window(START - 1, START + 10);
  assert.equal(history.windowFrauds, 0);
});

test('the keys used most recently are kept', () => {
  const history = new History(SHAPE);
  const [set] = history.keySets;
  for (let key = 1; key <= 6; key++) keepKey(set, key, START + key);
  assert.equal(isKeyKnown(set, 2, START + 10), false);
  assert.equal(isKeyKnown(set, 3, START + 3), true);
  assert.equal(isKeyKnown(set, 3, START + 2), false);
  assert.equal(distinctKeys(set, START + 4, START + 10, 0), 2);
  assert.equal(distinctKeys(set, START + 4, START + 10, 99), 3);
});

test('a table finds what was put into it, through growth and moves', () => {
  const table = createEntityTable();
  const keys = Array.from({ length: 20_000 }, (_, i) => `key-${i}`);
  for (const [i, key] of keys.entries()) {
    const entry = table.findOrAdd(key);
    table.reserve(entry, 8 + (i % 300));
    table.chunkOf(entry).view.setUint32(table.offsetOf(entry), i, true);
  }
  for (const [i, key] of keys.entries()) table.reserve(table.find(key), 8 + ((i * 7) % 900));
  for (const [i, key] of keys.entries()) {
    const entry = table.find(key);
    assert.equal(table.keyOf(entry), key);
    assert.equal(table.payloadLength(entry), 8 + ((i * 7) % 900));
  }
  assert.equal(table.size, keys.length);
  assert.equal(table.find('absent'), -1);
});

test('a table keeps what was written while its records grow, shrink and move, in little more room', () => {
  const table = createEntityTable();
  const random = createRandom(7);
  const expected = new Map<string, { length: number; stamp: number }>();
  let live = 0;
  for (let step = 0; step < 200_000; step++) {
    const key = `ключ-${Math.floor(random.next() * 4000)}`;
    const length = 8 + Math.floor(random.next() * 2000);
    const entry = table.findOrAdd(key);
    table.reserve(entry, length);
    const { view, bytes } = table.chunkOf(entry);
    const at = table.offsetOf(entry);
    view.setUint32(at, step, true);
    bytes[at + length - 1] = step % 256;
    live += length - (expected.get(key)?.length ?? 0);
    expected.set(key, { length, stamp: step });
  }
  for (const [key, { length, stamp }] of expected) {
    const entry = table.find(key);
    const { view, bytes } = table.chunkOf(entry);
    const at = table.offsetOf(entry);
    assert.equal(table.keyOf(entry), key);
    assert.equal(table.payloadLength(entry), length);
    assert.equal(view.getUint32(at, true), stamp);
    assert.equal(bytes[at + length - 1], stamp % 256);
  }
  // Records fill four fifths of their room, chunks seven eighths, and the index has its share.
  assert.ok(table.bytesReserved < 1.5 * live + (1 << 20), `${table.bytesReserved} for ${live}`);
});

test('a table that is cleared knows nobody, and others take the room', () => {
  const table = createEntityTable();
  const fill = (prefix: string): void => {
    for (let i = 0; i < 20_000; i++) {
      const entry = table.findOrAdd(`${prefix}-${i}`);
      table.reserve(entry, 8 + (i % 300));
      table.chunkOf(entry).view.setUint32(table.offsetOf(entry), i, true);
    }
  };
  fill('first');
  const reserved = table.bytesReserved;
  const inUse = table.bytesInUse;
  table.clear();
  assert.equal(table.size, 0);
  assert.equal(table.find('first-1'), -1);
  assert.equal(table.changed().entries.length, 0);
  assert.ok(table.bytesInUse < inUse / 2);
  fill('after');
  assert.equal(table.find('first-1'), -1);
  for (let i = 0; i < 20_000; i++) {
    const entry = table.find(`after-${i}`);
    assert.equal(table.keyOf(entry), `after-${i}`);
    assert.equal(table.chunkOf(entry).view.getUint32(table.offsetOf(entry), true), i);
  }
  assert.equal(table.changed().entries.length, 20_000);
  assert.equal(table.bytesReserved, reserved);
});
