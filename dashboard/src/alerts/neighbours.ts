// From alert to alert: which one of the queue comes before, and which after, while the queue changes.
import { useEffect, useRef } from 'react';
import type { AlertActionResult } from '../../../src/protocol/alerts.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { useAlertPages } from './alert-pages.ts';
import { useQueueQuestion } from './queue-filters.tsx';

export type Neighbours = {
  /** Where it is in the queue that was opened, from 1 on; undefined where it is not in it. */
  readonly place: number | undefined;
  readonly previous: number | undefined;
  readonly next: number | undefined;
  go(id: number | undefined): void;
  /** Takes out of the queue what an action has closed or put away. */
  settle(result: AlertActionResult, leaves: boolean): void;
};

/**
 * By the queue of the address. An alert that has left it, by a verdict or because it was snoozed, keeps its place until somebody
 * goes on.
 */
export function useNeighbours(id: number): Neighbours {
  const change = useChangeSearch<'/alerts'>();
  const question = useQueueQuestion();
  const { alerts, more, loadMore, settle } = useAlertPages(question, true);
  const ids = alerts.map((alert) => alert.id);
  const at = ids.indexOf(id);
  const order = useRef<readonly number[]>([]);
  if (at >= 0) order.current = ids;
  const open = new Set(ids);
  const known = order.current.indexOf(id);
  const isThere = (one: number): boolean => open.has(one);
  const previous = known < 0 ? undefined : order.current.slice(0, known).findLast(isThere);
  const next = known < 0 ? ids.find((one) => one !== id) : order.current.slice(known + 1).find(isThere);
  useEffect(() => {
    if (at >= 0 && next === undefined && more) loadMore();
  });
  return {
    place: at < 0 ? undefined : at + 1,
    previous,
    next,
    settle: (result, leaves) => settle(result, leaves && question.view !== 'closed'),
    go(to) {
      if (to === undefined) return;
      change({ alert: to });
      scrollTo({ top: 0 });
    },
  };
}
