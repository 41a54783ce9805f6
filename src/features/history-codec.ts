// The byte form of a history, inside an entity table: a header, the parts that are not empty, the key sets,
// then events or tiles. All but the events are multiples of 8 bytes, so that doubles can be read in place.
//
// An event is two variable-length integers: twice the seconds since the event before plus the fraud flag, and
// the amount. In the usual case (one event added at the end, some dropped at the start) the bytes between stay.
import { copyBytes } from '../domain/bytes.ts';
import type { EntityTable } from './entity-table.ts';
import { type History, MAX_EXACT_EVENTS } from './history.ts';
import { copyDoubles, opensTile } from './history-tiles.ts';
import {
  extrasBytes,
  loadExtras,
  loadOwnEvents,
  MAX_OWN_EVENT_BYTES,
  putOwnEvent,
  putWhole,
  storeExtras,
} from './own-history-codec.ts';
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
const MAX_EVENT_BYTES = 16;
const FIELD_BYTES = 8;
/** What the fifth byte of a number counts. */
const FIVE_BYTES = 2 ** 28;

/** Fills `history` from an entry of a table; an empty entry gives an empty history. */
export function loadHistory(history: History, table: EntityTable, entry: number): void {
  const events = loadHead(history, table, entry);
  if (events === 0) return;
  const { bytes, view } = table.chunkOf(entry);
  if (history.extras === undefined) loadEvents(history, bytes, eventsAt, events);
  else loadOwnEvents(history, history.extras, bytes, view, eventsAt, events);
}

/** The same where an event of that time is only to be added: single events stay unread if they can. */
export function loadToAdd(history: History, table: EntityTable, entry: number, time: number): void {
  const events = loadHead(history, table, entry);
  if (events === 0) return;
  const { bytes } = table.chunkOf(entry);
  loadEvents(history, bytes, eventsAt, 1);
  history.eventCount = events;
  history.eventsUnread = history.takesUnread(time);
  if (!history.eventsUnread) loadEvents(history, bytes, eventsAt, events);
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

function loadEvents(history: History, bytes: Uint8Array, start: number, events: number): void {
  const { times, amounts, frauds, amountBefore, fraudsBefore, storedEnds } = history;
  let position = start;
  let time = 0;
  let amountSoFar = 0;
  let fraudsSoFar = 0;
  for (let i = 0; i < events; i++) {
    // Up to four bytes by whole numbers of the machine, as nearly all are.
    let byte = bytes[position++];
    let step = byte & 127;
    if (byte > 127) {
      byte = bytes[position++];
      step |= (byte & 127) << 7;
      if (byte > 127) {
        byte = bytes[position++];
        step |= (byte & 127) << 14;
        if (byte > 127) {
          byte = bytes[position++];
          step |= (byte & 127) << 21;
        }
      }
    }
    for (let factor = FIVE_BYTES; byte > 127; factor *= 128) {
      byte = bytes[position++];
      step += (byte & 127) * factor;
    }
    const fraud = step & 1;
    time += (step - fraud) / 2;
    byte = bytes[position++];
    let amount = byte & 127;
    if (byte > 127) {
      byte = bytes[position++];
      amount |= (byte & 127) << 7;
      if (byte > 127) {
        byte = bytes[position++];
        amount |= (byte & 127) << 14;
        if (byte > 127) {
          byte = bytes[position++];
          amount |= (byte & 127) << 21;
        }
      }
    }
    for (let factor = FIVE_BYTES; byte > 127; factor *= 128) {
      byte = bytes[position++];
      amount += (byte & 127) * factor;
    }
    times[i] = time;
    amounts[i] = amount;
    frauds[i] = fraud;
    amountSoFar += amount;
    fraudsSoFar += fraud;
    amountBefore[i + 1] = amountSoFar;
    fraudsBefore[i + 1] = fraudsSoFar;
    storedEnds[i] = position - start;
  }
  history.eventCount = events;
  history.summed = events;
  history.storedEvents = events;
}

const eventBytes = new Uint8Array((MAX_EXACT_EVENTS + 1) * (MAX_EVENT_BYTES + MAX_OWN_EVENT_BYTES));
const eventView = new DataView(eventBytes.buffer);

const putVarint = (position: number, value: number): number => putWhole(eventBytes, position, value);

function putEvent(history: History, i: number, position: number): number {
  if (history.extras !== undefined)
    return putOwnEvent(history, history.extras, i, eventBytes, eventView, position);
  const before = i > 0 ? history.times[i - 1] : 0;
  const at = putVarint(position, (history.times[i] - before) * 2 + history.frauds[i]);
  return putVarint(at, history.amounts[i]);
}

/** Puts unread events from `stored` to `end` into `eventBytes`, and the one that was added; gives their length. */
function encodeUnread(history: History, bytes: Uint8Array, stored: number, end: number): number {
  const length = end - stored;
  copyBytes(bytes, stored, end, eventBytes, 0);
  if (history.addedAmount < 0) return length;
  return putVarint(putVarint(length, history.addedStep * 2), history.addedAmount);
}

/** Puts the events of a history into `eventBytes`; gives their length. `stored` is where the loaded ones start. */
function encodeEvents(history: History, bytes: Uint8Array, stored: number): number {
  const { eventCount, storedEnds, droppedEvents } = history;
  const kept = history.storedStands ? history.storedEvents - droppedEvents : 0;
  let length = 0;
  let next = 0;
  if (kept > 0) {
    if (droppedEvents > 0) {
      // The first event's step counts from 1970, not from a neighbour that is gone.
      length = putEvent(history, 0, 0);
      next = 1;
    }
    const from = stored + (next + droppedEvents > 0 ? storedEnds[next + droppedEvents - 1] : 0);
    const end = stored + storedEnds[history.storedEvents - 1];
    copyBytes(bytes, from, end, eventBytes, length);
    length += end - from;
    next = kept;
  }
  for (; next < eventCount; next++) length = putEvent(history, next, length);
  return length;
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
  const olderPlaces = Math.max(0, history.places.size - 1);
  let keys = 0;
  for (const set of history.keySets) keys += set.size;
  let length = bytesBeforeEvents(flags, olderPlaces, keys);
  if (history.extras !== undefined) length += extrasBytes(history, history.extras);
  let eventLength = 0;
  const tilesStand = history.tiled && history.tiles !== history.ownTiles;
  const tilesAt = length;
  if (history.tiled) {
    length += history.tileCount * history.tileFields * FIELD_BYTES;
    if (tilesStand && tilesAt < history.storedFrom) moveTiles(history, table, entry, tilesAt);
  } else {
    const { bytes } = table.chunkOf(entry);
    const from = table.offsetOf(entry);
    let stored = from;
    if (history.storedStands && history.extras !== undefined) stored += history.storedFrom;
    else if (history.storedStands) {
      let storedKeys = 0;
      for (let s = 0; s < history.keySets.length; s++) storedKeys += bytes[from + 1 + s];
      stored += bytesBeforeEvents(bytes[from], bytes[from + OLDER_PLACES_AT], storedKeys);
    }
    eventLength = history.eventsUnread
      ? encodeUnread(history, bytes, stored, from + table.payloadLength(entry))
      : encodeEvents(history, bytes, stored);
    length += eventLength;
  }
  table.reserve(entry, length, tilesStand);
  if (tilesStand && tilesAt > history.storedFrom) moveTiles(history, table, entry, tilesAt);
  const { bytes, view, floats } = table.chunkOf(entry);
  const at = table.offsetOf(entry);
  bytes[at] = flags;
  const setsInHead = history.extras === undefined ? history.keySets.length : 0;
  for (let s = 0; s < 4; s++) bytes[at + 1 + s] = s < setsInHead ? history.keySets[s].size : 0;
  bytes[at + OLDER_PLACES_AT] = olderPlaces;
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
    const { size, hashes: keys, lastSeen } = history.keySets[s];
    for (let i = 0; i < size; i++, position += KEY_BYTES) {
      view.setUint32(position, keys[i], true);
      view.setUint32(position + 4, lastSeen[i], true);
    }
  }
  if (flags & HAS_EARLIER_USES) {
    const end = position + wholeDoubles(keys * 2);
    for (const set of history.keySets)
      for (let i = 0; i < set.size; i++, position += 2) view.setUint16(position, set.hoursBefore[i], true);
    for (; position < end; position += 2) view.setUint16(position, 0, true);
  }
  if (!history.tiled) {
    for (let i = 0; i < eventLength; i++) bytes[position + i] = eventBytes[i];
  } else if (!tilesStand) {
    copyDoubles(history.tiles, 0, history.tileCount * history.tileFields, floats, position >> 3);
  }
}

/** Moves tiles that stand in an entry to where they start behind what comes before them now. */
function moveTiles(history: History, table: EntityTable, entry: number, to: number): void {
  const { floats } = table.chunkOf(entry);
  const at = table.offsetOf(entry);
  const from = (at + history.storedFrom) >> 3;
  floats.copyWithin((at + to) >> 3, from, from + history.tileCount * history.tileFields);
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
