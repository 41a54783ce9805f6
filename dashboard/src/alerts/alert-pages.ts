// The alert queue in the browser: pages of a view, kept up to date without moving what somebody reads.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AlertSort, AlertVerdict, AlertView } from '../../../src/domain/alert.ts';
import type { Alert, AlertActionResult, AlertCounts, AlertPage } from '../../../src/protocol/alerts.ts';
import { ask, tell } from '../live/api.ts';
import { useLive } from '../live/feed.ts';

const PAGE = 100;
const AGAIN_MS = 1000;
const COUNTS_MS = 5000;

export type QueueQuestion = {
  readonly view: AlertView;
  readonly sort: AlertSort;
  readonly search: string;
  readonly minLossMinor: number;
};

export type Queue = {
  readonly alerts: readonly Alert[];
  readonly loading: boolean;
  readonly problem: string | undefined;
  /** Alerts that came while somebody reads. */
  readonly fresh: number;
  readonly more: boolean;
  loadMore(): void;
  /** Shows what came meanwhile. */
  refresh(): void;
  /** What an action answered, put in place at once. */
  settle(result: AlertActionResult, gone: boolean): void;
};

function pathOf({ view, sort, search, minLossMinor }: QueueQuestion, cursor: string | null): string {
  const wanted = new URLSearchParams({ view, sort, limit: String(PAGE) });
  if (search) wanted.set('search', search);
  if (minLossMinor > 0) wanted.set('minLossMinor', String(minLossMinor));
  if (cursor !== null) wanted.set('cursor', cursor);
  return `/v1/queue?${wanted}`;
}

/** `calm` while somebody reads or has chosen alerts: the order then stays as it is. */
export function useQueue(question: QueueQuestion, calm: boolean): Queue {
  const changes = useLive((state) => state.queueChanges);
  const [alerts, setAlerts] = useState<readonly Alert[]>([]);
  const [waiting, setWaiting] = useState<AlertPage>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [loading, setLoading] = useState(true);
  const [problem, setProblem] = useState<string>();
  const key = pathOf(question, null);
  const current = useRef(key);
  const isCalm = useRef(calm);
  isCalm.current = calm;
  const known = useRef(alerts);
  known.current = alerts;

  const show = useCallback((page: AlertPage) => {
    setAlerts(page.items);
    setCursor(page.nextCursor);
    setWaiting(undefined);
  }, []);

  const load = useCallback(
    async (first: boolean) => {
      const path = key;
      try {
        const page = await ask<AlertPage>(path);
        if (current.current !== path) return;
        setProblem(undefined);
        setLoading(false);
        // Further pages that are loaded already stay as they are.
        if (first || (!isCalm.current && known.current.length <= PAGE)) return show(page);
        const now = new Map(page.items.map((alert) => [alert.id, alert]));
        setAlerts((kept) => kept.map((alert) => now.get(alert.id) ?? alert));
        setWaiting(page);
      } catch (error) {
        if (current.current === path) {
          setProblem((error as Error).message);
          setLoading(false);
        }
      }
    },
    [key, show],
  );

  useEffect(() => {
    current.current = key;
    setLoading(true);
    void load(true);
  }, [key, load]);
  // Not more than once a second, however much comes.
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (changes === 0 || due.current !== undefined) return;
    due.current = setTimeout(() => {
      due.current = undefined;
      void load(false);
    }, AGAIN_MS);
  }, [changes, load]);
  useEffect(() => () => clearTimeout(due.current), []);

  const shown = new Set(alerts.map(({ id }) => id));
  return {
    alerts,
    loading,
    problem,
    fresh: waiting ? waiting.items.filter(({ id }) => !shown.has(id)).length : 0,
    more: cursor !== null,
    loadMore() {
      if (cursor === null) return;
      const path = pathOf(question, cursor);
      setCursor(null);
      // A search may have to look further for its first alert.
      setLoading(alerts.length === 0);
      ask<AlertPage>(path).then(
        (page) => {
          if (current.current !== key) return;
          setAlerts((kept) => {
            const have = new Set(kept.map(({ id }) => id));
            return [...kept, ...page.items.filter(({ id }) => !have.has(id))];
          });
          setCursor(page.nextCursor);
          setLoading(false);
        },
        (error: Error) => {
          setProblem(error.message);
          setLoading(false);
        },
      );
    },
    refresh() {
      if (waiting) show(waiting);
      else void load(true);
    },
    settle(result, gone) {
      const done = new Set(result.done);
      const now = new Map(result.conflicts.map((alert) => [alert.id, alert]));
      setAlerts((kept) =>
        kept
          .filter(({ id }) => !gone || !done.has(id))
          .map((alert) => {
            if (done.has(alert.id)) return { ...alert, version: alert.version + 1 };
            return now.get(alert.id) ?? alert;
          }),
      );
      void load(false);
    },
  };
}

export function useQueueCounts(): AlertCounts | undefined {
  const changes = useLive((state) => state.queueChanges);
  const [counts, setCounts] = useState<AlertCounts>();
  const asked = useRef(0);
  useEffect(() => {
    const look = (): void => {
      if (document.hidden || performance.now() - asked.current < AGAIN_MS) return;
      asked.current = performance.now();
      ask<AlertCounts>('/v1/queue/counts').then(setCounts, () => undefined);
    };
    if (changes >= 0) look();
    const timer = setInterval(look, COUNTS_MS);
    return () => clearInterval(timer);
  }, [changes]);
  return counts;
}

export type Action =
  | { readonly action: 'claim' | 'release' | 'wake' | 'escalate' | 'de-escalate' | 'reopen' }
  | { readonly action: 'assign'; readonly assignee: string }
  | { readonly action: 'snooze'; readonly until: string }
  | { readonly action: 'verdict'; readonly verdict: AlertVerdict; readonly fraudType?: string };

/** Does something with alerts as they are seen here. Throws DeskProblem. */
export function act(alerts: readonly Alert[], action: Action, note?: string): Promise<AlertActionResult> {
  const seen = alerts.map(({ id, version, transactions }) => ({ id, version, transactions }));
  return tell<AlertActionResult>('/v1/queue/actions', { ...action, alerts: seen, ...(note && { note }) });
}
