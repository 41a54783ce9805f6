// Which alerts the queue shows: a view, and filters that the address bar holds.
import { Button, NumberInput, Select, Tabs, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { ALERT_SORTS, ALERT_VIEWS, type AlertSort, type AlertView } from '../../../src/domain/alert.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { SavedViews } from '../views/index.ts';
import { type AlertQuestion, useAlertCounts } from './alert-pages.ts';

const VIEW_WORDS: Readonly<Record<AlertView, string>> = {
  open: 'Open',
  mine: 'Mine',
  unassigned: 'Unassigned',
  overdue: 'Overdue',
  escalated: 'Escalated',
  samples: 'Samples',
  snoozed: 'Snoozed',
  closed: 'Closed',
};
const SORT_WORDS: Readonly<Record<AlertSort, string>> = {
  priority: 'Largest loss first',
  due: 'Soonest due first',
  newest: 'Newest first',
};
const EMPTY_WORDS: Readonly<Record<AlertView, string>> = {
  open: 'No alerts wait. They appear when a transaction is sent to review or declined.',
  mine: 'Nothing is with you. Claim an alert with c, or take one from Unassigned.',
  unassigned: 'Every open alert is with somebody.',
  overdue: 'Nothing is late.',
  escalated: 'Nothing is escalated.',
  samples:
    'No sample waits. Some of what is approved is drawn, so that what you say of it tells what is missed.',
  snoozed: 'Nothing is snoozed.',
  closed: 'No alert was closed yet.',
};

/** What is said where there is no alert. */
export const emptyWords = ({ view, search, minLossMinor }: AlertQuestion): string =>
  search || minLossMinor > 0 ? 'No alert fits these filters.' : EMPTY_WORDS[view];

/** What the address bar asks for. */
export function useQueueQuestion(): AlertQuestion {
  const { view = 'open', sort = 'priority', search = '', loss = 0 } = useSearch({ from: '/alerts' });
  const sees = useMay('read_identifiers');
  return {
    view,
    sort,
    // An address that somebody else sent may ask by what is hidden here.
    search: sees ? search : '',
    minLossMinor: Math.round(loss * 100),
  };
}

export function QueueTabs(props: { readonly view: AlertView }) {
  const counts = useAlertCounts();
  const change = useChangeSearch<'/alerts'>();
  return (
    <Tabs
      value={props.view}
      onChange={(value) => change({ view: ALERT_VIEWS.find((one) => one === value && one !== 'open') })}
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
  );
}

export function QueueFilters(props: {
  readonly question: AlertQuestion;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  /** Alerts that came while somebody reads. */
  readonly fresh: number;
  readonly onRefresh: () => void;
}) {
  const { sort, search, minLossMinor } = props.question;
  const change = useChangeSearch<'/alerts'>();
  const sees = useMay('read_identifiers');
  const baseCurrency = useLive((state) => state.baseCurrency);
  return (
    <div className="filters" style={{ margin: '8px 0' }}>
      <TextInput
        ref={props.searchBox}
        size="xs"
        w={210}
        aria-label="Search alerts"
        placeholder={sees ? 'Account, number or reason (/)' : 'Search is hidden from your role'}
        disabled={!sees}
        title={sees ? undefined : NOT_SHOWN}
        key={search}
        defaultValue={search}
        onKeyDown={(event) => {
          if (event.key === 'Enter') change({ search: event.currentTarget.value.trim() || undefined });
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <Select
        size="xs"
        w={165}
        aria-label="Order"
        value={sort}
        allowDeselect={false}
        onChange={(value) => change({ sort: value === null || value === 'priority' ? undefined : value })}
        data={ALERT_SORTS.map((value) => ({ value, label: SORT_WORDS[value] }))}
      />
      <NumberInput
        size="xs"
        w={150}
        aria-label="Expected loss from"
        placeholder={`Loss from, in ${baseCurrency}`}
        min={0}
        hideControls
        value={minLossMinor === 0 ? '' : minLossMinor / 100}
        onBlur={(event) =>
          change({ loss: Number(event.currentTarget.value.replace(/\D/g, '')) || undefined })
        }
      />
      <SavedViews />
      {props.fresh > 0 && (
        <Button size="xs" variant="light" onClick={props.onRefresh}>
          {count(props.fresh)} new
        </Button>
      )}
    </div>
  );
}
