// The alert queue: what to look at next, and doing it, by mouse or by keyboard alone. With ?alert= the page of one.
import { Button, NumberInput, Select, Tabs, TextInput } from '@mantine/core';
import { lazy, useCallback, useEffect, useRef, useState } from 'react';
import { ALERT_SORTS, ALERT_VIEWS, type AlertSort, type AlertView } from '../../../src/domain/alert.ts';
import type { Alert } from '../../../src/protocol/alerts.ts';
import { count } from '../kit/format.ts';
import { HiddenHint, NOT_SHOWN } from '../kit/hidden.tsx';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { useMay, useMe } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { SavedViews } from '../views/index.ts';
import { AlertActions, useActions } from './alert-actions.tsx';
import { AlertList } from './alert-list.tsx';
import { useAlertCounts, useAlertPages } from './alert-pages.ts';

const AlertPage = lazy(async () => ({ default: (await import('./alert-page.tsx')).AlertPage }));

const VIEW_WORDS: Readonly<Record<AlertView, string>> = {
  open: 'Open',
  mine: 'Mine',
  unassigned: 'Unassigned',
  overdue: 'Overdue',
  escalated: 'Escalated',
  snoozed: 'Snoozed',
  closed: 'Closed',
};
const SORT_WORDS: Readonly<Record<AlertSort, string>> = {
  priority: 'Largest loss first',
  due: 'Soonest due first',
  newest: 'Newest first',
};
const EMPTY: Readonly<Record<AlertView, string>> = {
  open: 'No alerts wait. They appear when a transaction is sent to review or declined.',
  mine: 'Nothing is with you. Claim an alert with c, or take one from Unassigned.',
  unassigned: 'Every open alert is with somebody.',
  overdue: 'Nothing is late.',
  escalated: 'Nothing is escalated.',
  snoozed: 'Nothing is snoozed.',
  closed: 'No alert was closed yet.',
};

export function Alerts() {
  const { query } = useRoute();
  const id = Number(query.get('alert'));
  return Number.isSafeInteger(id) && id > 0 ? <AlertPage id={id} /> : <QueueScreen />;
}

function QueueScreen() {
  const { query } = useRoute();
  const { me } = useMe();
  const may = useMay('work_alerts');
  const view = ALERT_VIEWS.find((one) => one === query.get('view')) ?? 'open';
  const sort = ALERT_SORTS.find((one) => one === query.get('sort')) ?? 'priority';
  const sees = useMay('read_identifiers');
  // An address that somebody else sent may ask by what is hidden here.
  const search = sees ? (query.get('search') ?? '') : '';
  const minLoss = Number(query.get('loss')) || 0;
  const [cursor, setCursor] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [reading, setReading] = useState(false);
  const [said, setSaid] = useState<Said>();
  const searchBox = useRef<HTMLInputElement>(null);
  const queue = useAlertPages(
    { view, sort, search, minLossMinor: Math.round(minLoss * 100) },
    reading || chosen.size > 0,
  );
  const counts = useAlertCounts();
  const gone = useCallback(() => setSaid(undefined), []);
  const acting = useActions(setSaid, (result, leaves) => {
    queue.settle(result, leaves && view !== 'closed');
    setChosen(new Set());
  });
  const at: Alert | undefined = queue.alerts[cursor];
  const targets = chosen.size > 0 ? queue.alerts.filter((alert) => chosen.has(alert.id)) : at ? [at] : [];
  const open = (alert: Alert): void => setQuery({ alert: String(alert.id) });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another view begins at its top
  useEffect(() => {
    setCursor(0);
    setChosen(new Set());
  }, [view, sort, search, minLoss]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      const typing = target instanceof HTMLInputElement && target.type !== 'checkbox';
      if (typing || target instanceof HTMLTextAreaElement) return;
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('[role=dialog]')) return;
      const move = (by: number): void =>
        setCursor((now) => Math.max(0, Math.min(queue.alerts.length - 1, now + by)));
      const keys: Readonly<Record<string, () => void>> = {
        j: () => move(1),
        ArrowDown: () => move(1),
        k: () => move(-1),
        ArrowUp: () => move(-1),
        '/': () => searchBox.current?.focus(),
        Escape: () => setChosen(new Set()),
        ...(at && {
          Enter: () => !(target instanceof HTMLButtonElement) && open(at),
          x: () => choose(at.id, !chosen.has(at.id)),
        }),
        ...(may &&
          view !== 'closed' && {
            c: () =>
              void acting.run(targets, {
                action: targets.every(({ assignee }) => assignee?.id === me?.actor?.id) ? 'release' : 'claim',
              }),
            s: () =>
              void acting.run(targets, {
                action: 'snooze',
                until: new Date(Date.now() + 3_600_000).toISOString(),
              }),
            e: () => void acting.run(targets, { action: 'escalate' }),
            f: () => void acting.run(targets, { action: 'verdict', verdict: 'fraud' }),
            g: () => void acting.run(targets, { action: 'verdict', verdict: 'genuine' }),
            u: () => void acting.run(targets, { action: 'verdict', verdict: 'unsure' }),
          }),
      };
      const run = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
      if (!run) return;
      event.preventDefault();
      run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  function choose(id: number, isChosen: boolean): void {
    setChosen((before) => {
      const next = new Set(before);
      if (isChosen) next.add(id);
      else next.delete(id);
      return next;
    });
  }

  return (
    <Panel
      title="Alerts"
      note={
        <span className="muted">
          One an account; worked with <kbd>j</kbd> <kbd>k</kbd> <kbd>Enter</kbd> <kbd>c</kbd> <kbd>f</kbd>{' '}
          <kbd>g</kbd>, all keys with <kbd>?</kbd>
        </span>
      }
    >
      <Tabs
        value={view}
        onChange={(value) => setQuery({ view: value === 'open' ? undefined : (value ?? undefined) })}
      >
        <Tabs.List className="tabs">
          {ALERT_VIEWS.map((one) => (
            <Tabs.Tab key={one} value={one} data-view={one}>
              {VIEW_WORDS[one]}
              {one !== 'closed' && counts && <span className="muted"> {count(counts[one])}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <div className="filters" style={{ margin: '8px 0' }}>
        <TextInput
          ref={searchBox}
          size="xs"
          w={210}
          aria-label="Search alerts"
          placeholder={sees ? 'Account, number or reason (/)' : 'Search is hidden from your role'}
          disabled={!sees}
          title={sees ? undefined : NOT_SHOWN}
          key={search}
          defaultValue={search}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setQuery({ search: event.currentTarget.value.trim() || undefined });
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <Select
          size="xs"
          w={165}
          aria-label="Order"
          value={sort}
          allowDeselect={false}
          onChange={(value) => setQuery({ sort: value === 'priority' ? undefined : (value ?? undefined) })}
          data={ALERT_SORTS.map((value) => ({ value, label: SORT_WORDS[value] }))}
        />
        <NumberInput
          size="xs"
          w={150}
          aria-label="Expected loss from"
          placeholder="Expected loss from"
          min={0}
          hideControls
          value={minLoss === 0 ? '' : minLoss}
          onBlur={(event) => setQuery({ loss: event.currentTarget.value.replace(/\D/g, '') || undefined })}
        />
        <SavedViews />
        {queue.fresh > 0 && (
          <Button size="xs" variant="light" onClick={queue.refresh}>
            {count(queue.fresh)} new
          </Button>
        )}
      </div>
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
        alerts={queue.alerts}
        cursor={cursor}
        chosen={chosen}
        more={queue.more}
        closed={view === 'closed'}
        onCursor={setCursor}
        onChoose={choose}
        onChooseAll={(all) => setChosen(new Set(all ? queue.alerts.map(({ id }) => id) : []))}
        onOpen={open}
        onMore={queue.loadMore}
        onReading={setReading}
      />
      {queue.loading && queue.alerts.length === 0 && <Empty>Loading …</Empty>}
      {!queue.loading && queue.alerts.length === 0 && queue.more && <Empty>Looking further …</Empty>}
      {!queue.loading && queue.alerts.length === 0 && !queue.more && (
        <Empty>{search || minLoss > 0 ? 'No alert fits these filters.' : EMPTY[view]}</Empty>
      )}
      <Toast said={said} onGone={gone} />
    </Panel>
  );
}
