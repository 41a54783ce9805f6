// The live feed in the browser: one WebSocket, reconnecting by itself; screens read from one store.
// Messages are gathered and applied once a frame.
import { useSyncExternalStore } from 'react';
import { readFeedMessage } from '../../../src/client/feed-message.ts';
import { baseHundredths, PRESET_BASE_CURRENCY } from '../../../src/domain/base-amount.ts';
import type { FlaggedTransaction } from '../../../src/protocol/alerts.ts';
import type { ClientMessage, Presence, ServerMessage } from '../../../src/protocol/feed.ts';
import type { Stats } from '../../../src/protocol/figures.ts';
import type { ModelPanel } from '../../../src/protocol/model-panel.ts';
import type { Pipeline } from '../../../src/protocol/pipeline.ts';
import type { TransactionRow } from '../../../src/protocol/transactions.ts';
import { loadMe } from './me.ts';

export type Connection = { readonly state: 'connecting' | 'live' | 'lost'; readonly since: number };

export type LiveState = {
  readonly connection: Connection;
  /** Newest first. */
  readonly rows: readonly TransactionRow[];
  readonly alerts: readonly FlaggedTransaction[];
  readonly stats: Stats | undefined;
  readonly pipeline: Pipeline | undefined;
  readonly model: ModelPanel | undefined;
  /** Decided and shown in the last second, when not all are shown. */
  readonly sampling: { readonly shown: number; readonly decided: number } | undefined;
  /** The newest declined transaction nobody has dismissed. */
  readonly banner: FlaggedTransaction | undefined;
  /** Moves when something happened to alerts. */
  readonly queueChanges: number;
  readonly presence: readonly Presence[];
  /** What sums and losses are in. */
  readonly baseCurrency: string;
};

const MAX_ROWS = 2000;
const MAX_ALERTS = 500;
/** What the desk closes with when a session has ended, or somebody may do more or less than before. */
const SIGNED_OUT = 4401;
const BANNER_HUNDREDTHS = 50_000;

const NOTHING: LiveState = {
  connection: { state: 'connecting', since: Date.now() },
  rows: [],
  alerts: [],
  stats: undefined,
  pipeline: undefined,
  model: undefined,
  sampling: undefined,
  banner: undefined,
  queueChanges: 0,
  presence: [],
  baseCurrency: PRESET_BASE_CURRENCY,
};
let state = NOTHING;
let open: WebSocket | undefined;
let looking: number | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();
let queue: ServerMessage[] = [];
let frame = 0;
let retryMs = 250;
let secondStarted = 0;
let shown = 0;
let decided = 0;

function publish(next: LiveState): void {
  state = next;
  for (const listener of listeners) listener();
}

function mergeRows(
  newest: readonly TransactionRow[],
  rows: readonly TransactionRow[],
  limit: number,
): TransactionRow[] {
  const seen = new Set<string>();
  const merged: TransactionRow[] = [];
  for (const row of [...newest, ...rows]) {
    if (seen.has(row.id)) continue;
    seen.add(row.id);
    merged.push(row);
    if (merged.length === limit) break;
  }
  return merged;
}

function apply(message: ServerMessage, before: LiveState): LiveState {
  if (message.type === 'hello') return { ...before, baseCurrency: message.baseCurrency };
  if (message.type === 'snapshot') {
    return {
      ...before,
      rows: mergeRows([...message.rows].reverse(), [], MAX_ROWS),
      alerts: [...message.alerts],
      stats: message.stats,
      pipeline: message.pipeline,
      model: message.model,
      presence: message.presence,
      queueChanges: before.queueChanges + 1,
    };
  }
  let next = before;
  if (message.rows) {
    shown += message.rows.length;
    decided += message.decided ?? message.rows.length;
    next = { ...next, rows: mergeRows([...message.rows].reverse(), next.rows, MAX_ROWS) };
  }
  if (message.alerts) {
    const known = new Set(message.alerts.map((alert) => alert.transactionId));
    const rest = next.alerts.filter((alert) => !known.has(alert.transactionId));
    const alerts = [...[...message.alerts].reverse(), ...rest].slice(0, MAX_ALERTS);
    const big = message.alerts
      .filter((alert) => alert.outcome === 'decline' && baseHundredths(alert) >= BANNER_HUNDREDTHS)
      .at(-1);
    next = { ...next, alerts, banner: big ?? next.banner };
  }
  if (message.labels) {
    const fraud = new Map(message.labels.map((label) => [label.transactionId, label.fraud]));
    next = {
      ...next,
      rows: next.rows.map((row) =>
        fraud.has(row.id) ? { ...row, isFraud: fraud.get(row.id) === true } : row,
      ),
      alerts: next.alerts.map((alert) => {
        const label = fraud.get(alert.transactionId);
        return label === undefined
          ? alert
          : { ...alert, isFraud: label, status: label ? 'confirmed' : 'dismissed' };
      }),
    };
  }
  return {
    ...next,
    ...(message.stats && { stats: message.stats }),
    ...(message.pipeline && { pipeline: message.pipeline }),
    ...(message.model && { model: message.model }),
    ...(message.presence && { presence: message.presence }),
    ...((message.queueChanged || message.alerts || message.labels) && {
      queueChanges: before.queueChanges + 1,
    }),
  };
}

function flush(): void {
  frame = 0;
  const messages = queue;
  queue = [];
  let next = state;
  for (const message of messages) next = apply(message, next);
  const now = performance.now();
  if (now - secondStarted > 1000) {
    next = { ...next, sampling: decided > shown ? { shown, decided } : undefined };
    secondStarted = now;
    shown = 0;
    decided = 0;
  }
  publish(next);
}

function connect(): void {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/feed`);
  let lastHeard = performance.now();
  // The server speaks at least every two seconds; silence means the line is dead.
  const watchdog = setInterval(() => {
    if (performance.now() - lastHeard > 6000) socket.close();
  }, 1000);
  socket.onmessage = (event) => {
    lastHeard = performance.now();
    retryMs = 250;
    if (state.connection.state !== 'live')
      publish({ ...state, connection: { state: 'live', since: Date.now() } });
    const message = readFeedMessage(String(event.data));
    if (message) queue.push(message);
    // A hidden page has no frames; its messages are applied all the same, in larger steps.
    if (queue.length > 200) flush();
    else if (!frame) frame = requestAnimationFrame(flush);
  };
  open = socket;
  socket.onopen = () => {
    if (looking !== null) say({ type: 'looking', alert: looking });
  };
  socket.onclose = (event) => {
    clearInterval(watchdog);
    if (open !== socket) return;
    if (event.code === SIGNED_OUT) {
      // What was seen may be hidden from whoever this is by now.
      publish({ ...NOTHING, connection: state.connection });
      void loadMe();
    }
    if (state.connection.state === 'live')
      publish({ ...state, connection: { state: 'lost', since: Date.now() } });
    retry = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, 5000);
  };
}

export function startFeed(): void {
  if (!open) connect();
}

/** Nothing of what was seen stays for whoever signs in next. */
export function stopFeed(): void {
  const socket = open;
  open = undefined;
  clearTimeout(retry);
  socket?.close();
  queue = [];
  publish({ ...NOTHING, connection: { state: 'connecting', since: Date.now() } });
}

function say(message: ClientMessage): void {
  if (open?.readyState === WebSocket.OPEN) open.send(JSON.stringify(message));
}

/** Tells the others which alert is looked at here. */
export function look(alert: number | null): void {
  if (alert === looking) return;
  looking = alert;
  say({ type: 'looking', alert });
}

export function dismissBanner(): void {
  publish({ ...state, banner: undefined });
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The part of the live state that a component shows; it draws again only when that part changes. */
export function useLive<T>(pick: (state: LiveState) => T): T {
  return useSyncExternalStore(subscribe, () => pick(state));
}
