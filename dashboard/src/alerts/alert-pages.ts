// Alerts of a view in the browser: pages kept up to date without moving what somebody reads.
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { AlertSort, AlertVerdict, AlertView } from '../../../src/domain/alert.ts';
import type { Alert, AlertActionResult, AlertCounts, AlertPage } from '../../../src/protocol/alerts.ts';
import { answers, call, useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';

const PAGE = 100;
const AGAIN_MS = 1000;
const COUNTS_MS = 5000;

export type AlertQuestion = {
  readonly view: AlertView;
  readonly sort: AlertSort;
  readonly search: string;
  readonly minLossMinor: number;
};

export type AlertPages = {
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

type Pages = InfiniteData<AlertPage, string | undefined>;

const asked = ({ view, sort, search, minLossMinor }: AlertQuestion) => ({
  view,
  sort,
  limit: PAGE,
  ...(search && { search }),
  ...(minLossMinor > 0 && { minLossMinor }),
});

/** The same pages with each alert put through `change`; those that it gives nothing for are gone. */
const changed = (pages: Pages | undefined, change: (alert: Alert) => Alert | undefined): Pages | undefined =>
  pages && {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.flatMap((alert) => change(alert) ?? []),
    })),
  };

/** `calm` while somebody reads or has chosen alerts: the order then stays as it is. */
export function useAlertPages(question: AlertQuestion, calm: boolean): AlertPages {
  const changes = useLive((state) => state.queueChanges);
  const query = asked(question);
  const queryKey = ['listAlerts', query];
  const { data, error, isPending, isFetching, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call('listAlerts', {
        query: { ...query, ...(pageParam !== undefined && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // The feed says when something has changed; what then happens to these pages is said below.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  });
  const key = JSON.stringify(query);
  const [waiting, setWaiting] = useState<{ readonly key: string; readonly page: AlertPage }>();
  const alerts = data?.pages.flatMap(({ items }) => items) ?? [];
  const now = useRef({ key, calm, pages: data?.pages.length ?? 0 });
  now.current = { key, calm, pages: data?.pages.length ?? 0 };

  const show = (page: AlertPage): void => {
    answers.setQueryData<Pages>(queryKey, { pages: [page], pageParams: [undefined] });
    setWaiting(undefined);
  };
  /** Looks at the first page again; what is read meanwhile stays where it is. */
  const look = useRef(async () => {});
  look.current = async () => {
    const page = await call('listAlerts', { query }).catch(() => undefined);
    if (!page || now.current.key !== key) return;
    // Further pages that are loaded already stay as they are.
    if (!now.current.calm && now.current.pages <= 1) return show(page);
    const latest = new Map(page.items.map((alert) => [alert.id, alert]));
    answers.setQueryData<Pages>(queryKey, (pages) =>
      changed(pages, (alert) => latest.get(alert.id) ?? alert),
    );
    setWaiting({ key, page });
  };
  // Not more than once a second, however much comes.
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (changes === 0 || due.current !== undefined) return;
    due.current = setTimeout(() => {
      due.current = undefined;
      void look.current();
    }, AGAIN_MS);
  }, [changes]);
  useEffect(() => () => clearTimeout(due.current), []);

  const fresh = waiting?.key === key ? waiting.page : undefined;
  const shown = new Set(alerts.map(({ id }) => id));
  return {
    alerts,
    // A search may have to look further for its first alert.
    loading: isPending || (isFetching && alerts.length === 0),
    problem: error?.message,
    fresh: fresh ? fresh.items.filter(({ id }) => !shown.has(id)).length : 0,
    more: hasNextPage,
    loadMore: () => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    },
    refresh: () => (fresh ? show(fresh) : void look.current()),
    settle(result, gone) {
      const done = new Set(result.done);
      const latest = new Map(result.conflicts.map((alert) => [alert.id, alert]));
      answers.setQueryData<Pages>(queryKey, (pages) =>
        changed(pages, (alert) => {
          if (!done.has(alert.id)) return latest.get(alert.id) ?? alert;
          return gone ? undefined : { ...alert, version: alert.version + 1 };
        }),
      );
      void look.current();
    },
  };
}

export function useAlertCounts(): AlertCounts | undefined {
  const changes = useLive((state) => state.queueChanges);
  const { data, again } = useAnswer('countAlerts', {}, COUNTS_MS);
  const askedAt = useRef(0);
  const look = useRef(again);
  look.current = again;
  useEffect(() => {
    if (changes === 0 || performance.now() - askedAt.current < AGAIN_MS) return;
    askedAt.current = performance.now();
    look.current();
  }, [changes]);
  return data;
}

export type Action =
  | { readonly action: 'claim' | 'release' | 'wake' | 'escalate' | 'de-escalate' | 'reopen' }
  | { readonly action: 'assign'; readonly assignee: string }
  | { readonly action: 'snooze'; readonly until: string }
  | { readonly action: 'verdict'; readonly verdict: AlertVerdict; readonly fraudType?: string };

/** Does something with alerts as they are seen here. Throws ApiProblem. */
export function act(alerts: readonly Alert[], action: Action, note?: string): Promise<AlertActionResult> {
  const seen = alerts.map(({ id, version, transactions }) => ({ id, version, transactions }));
  return call('actOnAlerts', { body: { ...action, alerts: seen, ...(note && { note }) } });
}
