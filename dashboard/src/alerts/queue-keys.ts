// The keys of the alert queue.
import { useEffect } from 'react';
import type { Alert } from '../../../src/protocol/alerts.ts';
import { isMeantElsewhere } from '../kit/keys.ts';
import { useMay, useMe } from '../live/me.ts';
import type { Acting } from './alert-actions.tsx';
import type { Action } from './alert-pages.ts';

const SNOOZE_MS = 3_600_000;

type Keys = Readonly<Record<string, () => void>>;

export function useQueueKeys(queue: {
  /** The alert under the cursor. */
  readonly at: Alert | undefined;
  /** Those that something is done with. */
  readonly targets: readonly Alert[];
  readonly acting: Acting;
  readonly closed: boolean;
  move(by: number): void;
  /** Where alerts stand in a list; on the page of one the arrows move the page. */
  readonly list?: {
    search(): void;
    open(alert: Alert): void;
    toggle(alert: Alert): void;
    chooseNone(): void;
  };
}): void {
  const { me } = useMe();
  const may = useMay('work_alerts');
  const { at, targets, acting, closed, move, list } = queue;
  const act = (action: () => Action) => () => void acting.run(targets, action());
  const mine = (): boolean => targets.every(({ assignee }) => assignee?.id === me?.actor?.id);
  const keys: Keys = {
    j: () => move(1),
    k: () => move(-1),
    ...(list && {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      '/': () => list.search(),
      Escape: () => list.chooseNone(),
    }),
    ...(list &&
      at && {
        Enter: () => list.open(at),
        x: () => list.toggle(at),
      }),
    ...(may &&
      !closed && {
        c: act(() => ({ action: mine() ? 'release' : 'claim' })),
        s: act(() => ({ action: 'snooze', until: new Date(Date.now() + SNOOZE_MS).toISOString() })),
        e: act(() => ({ action: 'escalate' })),
        f: act(() => ({ action: 'verdict', verdict: 'fraud' })),
        g: act(() => ({ action: 'verdict', verdict: 'genuine' })),
        u: act(() => ({ action: 'verdict', verdict: 'unsure' })),
      }),
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const run = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
      if (!run || isMeantElsewhere(event)) return;
      event.preventDefault();
      run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}
