// Tiles that are changed where they are stored, against tiles that are copied out and written anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_DATA_MODEL } from '../domain/data-model.ts';
import { createEntityTable, type EntityTable } from './entity-table.ts';
import { emptyRecord, fillRecord } from './feature-record.ts';
import { History, type HistoryShape } from './history.ts';
import { loadHistory, makeRoomForTile, storeHistory } from './history-codec.ts';
import { ALL, AMOUNT } from './history-extras.ts';
import { lastTileFrom, ownTheTiles, sumInTiles, TILE_FIELDS } from './history-tiles.ts';
import { keyHash } from './key-set.ts';
import { extendOwn } from './own-store.ts';
import { hashOf } from './record-fields.ts';

const START = 1_700_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;
const SHAPE: HistoryShape = {
  retentionSeconds: 3 * DAY,
  exactEvents: 6,
  keySets: [5],
  own: {
    events: true,
    amount: true,
    flags: 1,
    columns: 1,
    accumulators: [
      { what: 'count', flag: 0, column: AMOUNT },
      { what: 'sum', flag: ALL, column: 0 },
      { what: 'minimum', flag: ALL, column: 0 },
      { what: 'maximum', flag: 0, column: AMOUNT },
    ],
    lasts: [1],
    firsts: [],
    keyFlags: [ALL],
    sums: 0,
    favourites: 0,
  },
};

/** Steps of seconds, minutes, hours or days; some records come late, some bring a label. */
const steps = fc.array(
  fc.record({
    step: fc.oneof(
      fc.nat(90),
      fc.nat(20 * 60),
      fc.nat(5 * HOUR),
      fc.integer({ min: -2 * DAY, max: 0 }),
      fc.nat(2 * DAY),
    ),
    amount: fc.nat(100_000),
    value: fc.oneof(fc.constant(Number.NaN), fc.double({ min: -50, max: 50, noNaN: true })),
    flag: fc.nat(1),
    key: fc.nat(9),
    label: fc.boolean(),
  }),
  { minLength: 12, maxLength: 120 },
);

function payload(table: EntityTable, key: string): string {
  const entry = table.find(key);
  const at = table.offsetOf(entry);
  return Buffer.from(table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry))).toString(
    'hex',
  );
}

test('Y55: tiles that are added, merged and forgotten where they are stored have the bytes of tiles written anew', () => {
  let inPlace = 0;
  fc.assert(
    fc.property(steps, (drawn) => {
      const [standing, copied] = [createEntityTable(), createEntityTable()];
      const history = new History(SHAPE);
      let newest = START;
      for (const { step, amount, value, flag, key, label } of drawn) {
        const time = newest + step;
        newest = Math.max(newest, time);
        for (const table of [standing, copied]) {
          // Others grow beside it, so that records move.
          const beside = table.findOrAdd(`beside ${key}`);
          table.reserve(beside, table.payloadLength(beside) + 64);
          const entry = table.findOrAdd('one');
          loadHistory(history, table, entry);
          if (table === standing) makeRoomForTile(history, table, entry, time);
          else if (history.tiled) ownTheTiles(history);
          if (history.hasRoomForTile) inPlace++;
          const { extras } = history;
          assert.ok(extras);
          extras.addedFlags = flag;
          extras.addedValues[0] = value;
          extras.addedLasts[0] = value;
          history.keysNow[0] = key;
          extendOwn(history, extras, time, amount);
          if (label) history.label(time, true);
          storeHistory(history, table, entry);
        }
        assert.equal(payload(standing, 'one'), payload(copied, 'one'));
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(inPlace > 1000, `${inPlace} tiles were added where they are stored`);
});

test('Y56: what is hashed once of a record is not taken for another record', () => {
  const hash = hashOf(NO_DATA_MODEL, 'deviceId');
  assert.ok(hash);
  assert.equal(hashOf(NO_DATA_MODEL, 'deviceId'), hash);
  const said = (deviceId: string | undefined) => ({
    id: 't',
    accountId: 'a',
    occurredAtMs: 0,
    amountMinor: 1,
    currency: 'EUR',
    type: 'purchase',
    ...(deviceId !== undefined && { deviceId }),
  });
  const records = [emptyRecord(), emptyRecord()];
  for (const [i, device] of ['one', 'two', undefined, 'two', 'one'].entries()) {
    const record = records[i % 2];
    fillRecord(record, said(device));
    const expected = device === undefined ? 0 : keyHash(device);
    assert.deepEqual([hash(record), hash(record)], [expected, expected]);
  }
  // One that was filled by hand is asked each time.
  const byHand = emptyRecord();
  for (const device of ['three', 'four']) {
    byHand.said = said(device);
    assert.equal(hash(byHand), keyHash(device));
  }
});

test('Y57: windows over tiles are the same in any order, and with more lengths than are remembered', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(4 * DAY), { minLength: 30, maxLength: 40 }), (drawn, widths) => {
      const history = new History(SHAPE);
      let newest = START;
      for (const { step, amount } of drawn) {
        newest = Math.max(newest, newest + step);
        history.add(newest + Math.min(0, step), amount);
      }
      if (!history.tiled) return;
      const sumOf = (width: number): number[] => {
        history.window(newest - width, newest - (width >> 3));
        const { windowCount, windowSum } = history;
        return [
          windowCount,
          windowSum,
          sumInTiles(history, TILE_FIELDS, newest - width, newest - (width >> 3)),
        ];
      };
      const afresh = widths.map((width) => {
        history.cuts.count = 0;
        return sumOf(width);
      });
      history.cuts.count = 0;
      assert.deepEqual(widths.map(sumOf), afresh);
      assert.deepEqual(widths.toReversed().map(sumOf), afresh.toReversed());
      const { tiles, tilesFrom, tileFields, tileCount } = history;
      const starts = Array.from({ length: tileCount }, (_, i) => tiles[tilesFrom + i * tileFields]);
      for (const time of [...widths.map((width) => newest - width), ...starts, ...starts.map((at) => at - 1)])
        assert.equal(
          lastTileFrom(history, time),
          starts.findLastIndex((start) => start <= time),
        );
    }),
    { numRuns: 200 },
  );
});
