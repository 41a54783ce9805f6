// The alert queue: what to look at next, and doing it, by mouse or by keyboard alone. With ?alert= the page of one.
import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { lazy, useCallback, useEffect, useRef, useState } from 'react';
import type { Alert } from '../../../src/protocol/alerts.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count } from '../kit/format.ts';
import { HiddenHint } from '../kit/hidden.tsx';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { useMay } from '../live/me.ts';
import { AlertActions, useActions } from './alert-actions.tsx';
import { AlertList } from './alert-list.tsx';
import { useAlertPages } from './alert-pages.ts';
import { emptyWords, QueueFilters, QueueTabs, useQueueQuestion } from './queue-filters.tsx';
import { useQueueKeys } from './queue-keys.ts';

const AlertPage = lazy(async () => ({ default: (await import('./alert-page.tsx')).AlertPage }));

export function Alerts() {
  const { alert } = useSearch({ from: '/alerts' });
  return alert === undefined ? <QueueScreen /> : <AlertPage id={alert} />;
}

function QueueScreen() {
  const sees = useMay('read_identifiers');
  const question = useQueueQuestion();
  const change = useChangeSearch<'/alerts'>();
  const open = (alert: Alert): void => change({ alert: alert.id });
  const { view, sort, search, minLossMinor } = question;
  const [cursor, setCursor] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [reading, setReading] = useState(false);
  const [said, setSaid] = useState<Said>();
  const searchBox = useRef<HTMLInputElement>(null);
  const queue = useAlertPages(question, reading || chosen.size > 0);
  const { alerts } = queue;
  const gone = useCallback(() => setSaid(undefined), []);
  const acting = useActions(setSaid, (result, leaves) => {
    queue.settle(result, leaves && view !== 'closed');
    setChosen(new Set());
  });
  const at: Alert | undefined = alerts[cursor];
  const targets = chosen.size > 0 ? alerts.filter((alert) => chosen.has(alert.id)) : at ? [at] : [];

  // biome-ignore lint/correctness/useExhaustiveDependencies: another view begins at its top
  useEffect(() => {
    setCursor(0);
    setChosen(new Set());
  }, [view, sort, search, minLossMinor]);

  const choose = (id: number, isChosen: boolean): void =>
    setChosen((before) => new Set(isChosen ? [...before, id] : [...before].filter((one) => one !== id)));
  useQueueKeys({
    at,
    targets,
    acting,
    closed: view === 'closed',
    move: (by) => setCursor((now) => Math.max(0, Math.min(alerts.length - 1, now + by))),
    list: {
      search: () => searchBox.current?.focus(),
      open,
      toggle: (alert) => choose(alert.id, !chosen.has(alert.id)),
      chooseNone: () => setChosen(new Set()),
    },
  });

  return (
    <Panel title="Alerts" note={<KeysNote />}>
      <QueueTabs view={view} />
      <QueueFilters question={question} searchBox={searchBox} fresh={queue.fresh} onRefresh={queue.refresh} />
      {chosen.size > 0 && (
        <div className="chosen">
          <b>{count(chosen.size)} chosen</b>
          <AlertActions alerts={targets} acting={acting} />
          <Button size="xs" variant="subtle" onClick={() => setChosen(new Set())}>
            None
          </Button>
        </div>
      )}
      <Problem text={queue.problem} />
      <HiddenHint show={!sees} />
      <AlertList
        alerts={alerts}
        cursor={cursor}
        chosen={chosen}
        more={queue.more}
        closed={view === 'closed'}
        onCursor={setCursor}
        onChoose={choose}
        onChooseAll={(all) => setChosen(new Set(all ? alerts.map(({ id }) => id) : []))}
        onMore={queue.loadMore}
        onReading={setReading}
      />
      {alerts.length === 0 && (
        <Empty>{queue.loading ? 'Loading …' : queue.more ? 'Looking further …' : emptyWords(question)}</Empty>
      )}
      <Toast said={said} onGone={gone} />
    </Panel>
  );
}

function KeysNote() {
  return (
    <span className="muted">
      One an account; worked with <kbd>j</kbd> <kbd>k</kbd> <kbd>Enter</kbd> <kbd>c</kbd> <kbd>f</kbd>{' '}
      <kbd>g</kbd>, all keys with <kbd>?</kbd>
    </span>
  );
}
