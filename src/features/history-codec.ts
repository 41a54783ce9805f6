// The byte form of a history, inside an entity table: a header, the parts that are not empty, the key sets,
// then events or tiles. All but the events are multiples of 8 bytes, so that doubles can be read in place.
// What comes last stays where it is stored as far as it does not change, and only what is before and behind it is written.
import { moveBytes } from '../domain/bytes.ts';
import type { EntityTable } from './entity-table.ts';
import { loadEvents, planEvents, writeEvents } from './event-codec.ts';
import type { History } from './history.ts';
import { copyDoubles, opensTile } from './history-tiles.ts';
import { extrasBytes, loadExtras, storeExtras } from './own-history-codec.ts';
import type { RecentPlaces } from './recent-places.ts';

// flags, four key set sizes, older places, events (u16), first and last seen, count, home country and weight (u16)
const HEADER_BYTES = 24;
const AMOUNT_BYTES = 16;
const PLACE_BYTES = 16;
const FRAUD_BYTES = 8;
const KEY_BYTES = 8;
const IS_TILED = 1;
const HAS_AMOUNTS = 2;
const HAS_PLACE = 4;
const HAS_FRAUDS = 8;
/** Of each key a use before its last one stands behind the keys. */
const HAS_EARLIER_USES = 16;
/** Where the header has the number of places behind the newest; it is 0 in histories from before there were any. */
const OLDER_PLACES_AT = 5;
const OLDER_PLACE_BYTES = 12;
const FIELD_BYTES = 8;

/** Fills `history` from an entry of a table; an empty entry gives an empty history. */
export function loadHistory(history: History, table: EntityTable, entry: number): void {
  const events = loadHead(history, table, entry);
  if (events === 0) return;
  const { bytes, view } = table.chunkOf(entry);
  loadEvents(history, bytes, view, eventsAt, events);
}

/** The same where an event of that time is only to be added: single events stay unread if they can. */
export function loadToAdd(history: History, table: EntityTable, entry: number, time: number): void {
  const events = loadHead(history, table, entry);
  if (events === 0) return;
  const { bytes, view } = table.chunkOf(entry);
  loadEvents(history, bytes, view, eventsAt, 1);
  history.eventCount = events;
  history.eventsUnread = history.takesUnread(time);
  if (!history.eventsUnread) loadEvents(history, bytes, view, eventsAt, events);
}

/** Where the events start of what `loadHead` read last. */
let eventsAt = 0;

/** Reads all but single events; gives how many there are. */
function loadHead(history: History, table: EntityTable, entry: number): number {
  history.reset();
  if (entry < 0 || table.payloadLength(entry) === 0) return 0;
  const { bytes, view, floats } = table.chunkOf(entry);
  const at = table.offsetOf(entry);
  const flags = bytes[at];
  history.tiled = (flags & IS_TILED) !== 0;
  const events = view.getUint16(at + 6, true);
  history.firstSeen = view.getUint32(at + 8, true);
  history.lastSeen = view.getUint32(at + 12, true);
  history.count = view.getUint32(at + 16, true);
  history.homeCountry = view.getUint16(at + 20, true);
  history.homeWeight = view.getUint16(at + 22, true);
  let position = at + HEADER_BYTES;
  if (flags & HAS_AMOUNTS) {
    history.logSum = floats[position >> 3];
    history.logSquareSum = floats[(position >> 3) + 1];
    position += AMOUNT_BYTES;
  }
  if (flags & HAS_PLACE) {
    position = loadPlaces(history.places, view, position, bytes[at + OLDER_PLACES_AT]);
  }
  if (flags & HAS_FRAUDS) {
    history.knownFrauds = view.getUint32(position, true);
    history.lastFraudAt = view.getUint32(position + 4, true);
    position += FRAUD_BYTES;
  }
  if (history.extras !== undefined) position = loadExtras(history, history.extras, bytes, view, position);
  for (let s = 0; s < history.keySets.length; s++) {
    const set = history.keySets[s];
    // Those of one's own were read with what else is.
    if (history.extras === undefined) set.size = bytes[at + 1 + s];
    const { size, hashes, lastSeen, hoursBefore } = set;
    for (let i = 0; i < size; i++, position += KEY_BYTES) {
      hashes[i] = view.getUint32(position, true);
      lastSeen[i] = view.getUint32(position + 4, true);
      hoursBefore[i] = 0;
    }
  }
  if (flags & HAS_EARLIER_USES) {
    const start = position;
    for (const set of history.keySets)
      for (let i = 0; i < set.size; i++, position += 2) set.hoursBefore[i] = view.getUint16(position, true);
    position = start + wholeDoubles(position - start);
  }
  history.storedFrom = position - at;
  if (history.tiled) {
    history.tileCount = events;
    history.tiles = floats;
    history.tilesFrom = position >> 3;
    return 0;
  }
  history.storedStands = true;
  eventsAt = position;
  return events;
}

/** Bytes rounded up to doubles. */
const wholeDoubles = (bytes: number): number => (bytes + 7) & ~7;

/** The newest place, then the older ones from the oldest on; gives where they end. */
function loadPlaces(places: RecentPlaces, view: DataView, position: number, older: number): number {
  const load = (i: number, at: number): void => {
    places.lats[i] = view.getFloat32(at, true);
    places.lons[i] = view.getFloat32(at + 4, true);
    places.times[i] = view.getUint32(at + 8, true);
  };
  load(older, position);
  for (let i = 0; i < older; i++) load(i, position + PLACE_BYTES + i * OLDER_PLACE_BYTES);
  places.size = older + 1;
  return position + PLACE_BYTES + wholeDoubles(older * OLDER_PLACE_BYTES);
}

function storePlaces(places: RecentPlaces, view: DataView, position: number): number {
  const store = (i: number, at: number): void => {
    view.setFloat32(at, places.lats[i], true);
    view.setFloat32(at + 4, places.lons[i], true);
    view.setUint32(at + 8, places.times[i], true);
  };
  const older = places.size - 1;
  store(older, position);
  view.setUint32(position + 12, 0, true);
  let at = position + PLACE_BYTES;
  for (let i = 0; i < older; i++, at += OLDER_PLACE_BYTES) store(i, at);
  const end = position + PLACE_BYTES + wholeDoubles(older * OLDER_PLACE_BYTES);
  // The same history has the same bytes.
  if (at < end) view.setUint32(at, 0, true);
  return end;
}

function hasEarlierUses({ keySets }: History): boolean {
  for (let s = 0; s < keySets.length; s++) {
    const { size, hoursBefore } = keySets[s];
    for (let i = 0; i < size; i++) if (hoursBefore[i] > 0) return true;
  }
  return false;
}

function flagsOf(history: History): number {
  return (
    (history.tiled ? IS_TILED : 0) |
    (history.logSum > 0 ? HAS_AMOUNTS : 0) |
    (history.places.size > 0 ? HAS_PLACE : 0) |
    (history.knownFrauds > 0 || history.lastFraudAt > 0 ? HAS_FRAUDS : 0) |
    (hasEarlierUses(history) ? HAS_EARLIER_USES : 0)
  );
}

/** `keys` is how many there are in all sets. */
function bytesBeforeEvents(flags: number, olderPlaces: number, keys: number): number {
  return (
    HEADER_BYTES +
    (flags & HAS_AMOUNTS ? AMOUNT_BYTES : 0) +
    (flags & HAS_PLACE ? PLACE_BYTES + wholeDoubles(olderPlaces * OLDER_PLACE_BYTES) : 0) +
    (flags & HAS_FRAUDS ? FRAUD_BYTES : 0) +
    keys * KEY_BYTES +
    (flags & HAS_EARLIER_USES ? wholeDoubles(keys * 2) : 0)
  );
}

/** Writes `history` into an entry of a table: the one it was loaded from, or an empty one. */
export function storeHistory(history: History, table: EntityTable, entry: number): void {
  const flags = flagsOf(history);
  let keys = 0;
  for (let s = 0; s < history.keySets.length; s++) keys += history.keySets[s].size;
  let head = bytesBeforeEvents(flags, Math.max(0, history.places.size - 1), keys);
  if (history.extras !== undefined) head += extrasBytes(history, history.extras);
  if (history.tiled) {
    const tiles = history.tileCount * history.tileFields * FIELD_BYTES;
    const stand = history.tiles !== history.ownTiles;
    makeRoom(table, entry, head + tiles, history.storedFrom, head, stand ? tiles : 0);
    const end = storeHead(history, table, entry, flags, keys);
    if (!stand)
      copyDoubles(
        history.tiles,
        0,
        history.tileCount * history.tileFields,
        table.chunkOf(entry).floats,
        end >> 3,
      );
    return;
  }
  const events = planEvents(history, table.payloadLength(entry));
  makeRoom(table, entry, head + events.length, events.keptFrom, head + events.front, events.kept);
  writeEvents(events, table.chunkOf(entry).bytes, storeHead(history, table, entry, flags, keys));
}

/** Gives an entry its new length; so many bytes that stay are moved from one place of it to another. */
function makeRoom(
  table: EntityTable,
  entry: number,
  length: number,
  from: number,
  to: number,
  kept: number,
): void {
  if (kept > 0 && to < from) move(table, entry, from, to, kept);
  table.reserve(entry, length, kept > 0);
  if (kept > 0 && to > from) move(table, entry, from, to, kept);
}

function move(table: EntityTable, entry: number, from: number, to: number, length: number): void {
  const at = table.offsetOf(entry);
  moveBytes(table.chunkOf(entry).bytes, at + from, at + to, length);
}

/** Writes all but events and tiles; gives where it ends. */
function storeHead(history: History, table: EntityTable, entry: number, flags: number, keys: number): number {
  const { bytes, view, floats } = table.chunkOf(entry);
  const at = table.offsetOf(entry);
  bytes[at] = flags;
  const setsInHead = history.extras === undefined ? history.keySets.length : 0;
  for (let s = 0; s < 4; s++) bytes[at + 1 + s] = s < setsInHead ? history.keySets[s].size : 0;
  bytes[at + OLDER_PLACES_AT] = Math.max(0, history.places.size - 1);
  view.setUint16(at + 6, history.tiled ? history.tileCount : history.eventCount, true);
  view.setUint32(at + 8, history.firstSeen, true);
  view.setUint32(at + 12, history.lastSeen, true);
  view.setUint32(at + 16, history.count, true);
  view.setUint16(at + 20, history.homeCountry, true);
  view.setUint16(at + 22, history.homeWeight, true);
  let position = at + HEADER_BYTES;
  if (flags & HAS_AMOUNTS) {
    floats[position >> 3] = history.logSum;
    floats[(position >> 3) + 1] = history.logSquareSum;
    position += AMOUNT_BYTES;
  }
  if (flags & HAS_PLACE) {
    position = storePlaces(history.places, view, position);
  }
  if (flags & HAS_FRAUDS) {
    view.setUint32(position, history.knownFrauds, true);
    view.setUint32(position + 4, history.lastFraudAt, true);
    position += FRAUD_BYTES;
  }
  if (history.extras !== undefined) position = storeExtras(history, history.extras, bytes, view, position);
  for (let s = 0; s < history.keySets.length; s++) {
    const { size, hashes, lastSeen } = history.keySets[s];
    for (let i = 0; i < size; i++, position += KEY_BYTES) {
      view.setUint32(position, hashes[i], true);
      view.setUint32(position + 4, lastSeen[i], true);
    }
  }
  if (flags & HAS_EARLIER_USES) {
    const end = position + wholeDoubles(keys * 2);
    for (const set of history.keySets)
      for (let i = 0; i < set.size; i++, position += 2) view.setUint16(position, set.hoursBefore[i], true);
    for (; position < end; position += 2) view.setUint16(position, 0, true);
  }
  return position;
}

/** Makes room for the tile that an event of a second may need, behind those that are stored: none of them is copied for it. */
export function makeRoomForTile(history: History, table: EntityTable, entry: number, time: number): void {
  if (!history.tiled || entry < 0 || history.tiles === history.ownTiles || !opensTile(history, time)) return;
  table.reserve(entry, table.payloadLength(entry) + history.tileFields * FIELD_BYTES, true);
  history.cuts.count = 0;
  history.tiles = table.chunkOf(entry).floats;
  history.tilesFrom = (table.offsetOf(entry) + history.storedFrom) >> 3;
  history.hasRoomForTile = true;
}

/** Time of an entity's newest event; 1 where nothing is known of it. */
export function lastSeenMs(table: EntityTable, key: string): number {
  const entry = table.find(key);
  if (entry < 0 || table.payloadLength(entry) === 0) return 1;
  return table.chunkOf(entry).view.getUint32(table.offsetOf(entry) + 12, true) * 1000 || 1;
}
