// The top bar: how the desk is, what was just declined, the search, and who is here.
import { ActionIcon, Button, Menu, SegmentedControl, TextInput, useComputedColorScheme } from '@mantine/core';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, type RefObject, Suspense, useState } from 'react';
import { usePeriod } from '../figures/period.ts';
import { PERIOD_VALUES } from '../figures/search.ts';
import { amountText } from '../kit/amount.tsx';
import { useChangeSearch } from '../kit/change-search.ts';
import { clockTime, count } from '../kit/format.ts';
import { call } from '../live/desk.ts';
import { dismissBanner, useLive } from '../live/feed.ts';
import { loadMe, useMay, useMe } from '../live/me.ts';
import { SimulatorControl } from '../simulator/simulator-control.tsx';

const ChangePassword = lazy(async () => ({
  default: (await import('../people/change-password.tsx')).ChangePassword,
}));

/** Fewer than this are simply under way. */
const BACKLOG_SHOWN = 100;

export function TopBar(props: {
  readonly search: RefObject<HTMLInputElement | null>;
  readonly withPeriod: boolean;
  readonly onColors: () => void;
  readonly onHelp: () => void;
}) {
  const scheme = useComputedColorScheme('light');
  return (
    <header className="top">
      <Live />
      <Banner />
      <div style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
        {props.withPeriod && <PeriodChoice className="hide-small" />}
        <SimulatorControl />
        <Search box={props.search} />
        <ActionIcon variant="default" size="md" aria-label="Dark or light" onClick={props.onColors}>
          {scheme === 'dark' ? <IconSun size={16} /> : <IconMoon size={16} />}
        </ActionIcon>
        <Person />
        <ActionIcon
          variant="default"
          size="md"
          aria-label="Keys"
          onClick={props.onHelp}
          className="hide-small"
        >
          ?
        </ActionIcon>
      </div>
    </header>
  );
}

function Live() {
  const connection = useLive((state) => state.connection);
  const perMinute = useLive((state) => state.stats?.transactionsPerMinute);
  const waiting = useLive(
    (state) => state.pipeline?.services.find((service) => service.name === 'engine')?.waiting,
  );
  if (connection.state !== 'live') {
    return (
      <span className="status down" role="status">
        {connection.state === 'lost'
          ? `no connection since ${clockTime(new Date(connection.since).toISOString())}, trying again`
          : 'connecting'}
      </span>
    );
  }
  return (
    <span className="status up" role="status" data-testid="live">
      live{perMinute !== undefined ? ` · ${(perMinute / 60).toFixed(1)} tx/s` : ''}
      {waiting && waiting >= BACKLOG_SHOWN ? ` · ${count(waiting)} waiting` : ''}
    </span>
  );
}

function Banner() {
  const alert = useLive((state) => state.banner);
  const change = useChangeSearch<'__root__'>();
  if (!alert) return null;
  return (
    <div className="banner" role="alert" data-testid="banner">
      <span className="text" title={alert.topReason}>
        <b>✕ Declined {amountText(alert)}</b> · account {alert.accountId}
        {alert.topReason && ` · ${alert.topReason}`}
      </span>
      <span style={{ flex: 'none' }}>
        <Button size="compact-xs" mr={8} onClick={() => change({ transaction: alert.transactionId })}>
          Open
        </Button>
        <Button size="compact-xs" variant="default" onClick={dismissBanner}>
          Dismiss
        </Button>
      </span>
    </div>
  );
}

/** On a small screen it stands on the page: the bar has no room for it. */
export function PeriodChoice(props: { readonly className: string }) {
  const period = usePeriod();
  const change = useChangeSearch<'__root__'>();
  return (
    <SegmentedControl
      size="xs"
      className={props.className}
      aria-label="Period"
      data={PERIOD_VALUES}
      value={period.value}
      onChange={(value) => change({ range: value === '1h' ? undefined : value })}
    />
  );
}

function Search(props: { readonly box: RefObject<HTMLInputElement | null> }) {
  const sees = useMay('read_identifiers');
  const navigate = useNavigate();
  const change = useChangeSearch<'__root__'>();

  async function find(text: string): Promise<void> {
    if (text === '') return;
    const isThere = await call('getTransaction', { params: { id: text } }).then(
      () => true,
      () => false,
    );
    // An account is searched for by whoever may see accounts; others are told that there is no such transaction.
    if (isThere || !sees) change({ transaction: text });
    else void navigate({ to: '/transactions', search: { account: text } });
  }

  return (
    <TextInput
      ref={props.box}
      size="xs"
      w={{ base: 150, sm: 260 }}
      aria-label={sees ? 'Search a transaction or an account' : 'Search a transaction'}
      placeholder={sees ? 'Transaction or account (Ctrl K)' : 'Transaction (Ctrl K)'}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      onKeyDown={(event) => event.key === 'Enter' && void find(event.currentTarget.value.trim())}
    />
  );
}

function Person() {
  const { me } = useMe();
  const [changing, setChanging] = useState(false);
  if (me?.actor?.kind !== 'person') return null;
  const { name, id } = me.actor;
  return (
    <>
      <Menu position="bottom-end" transitionProps={{ duration: 120 }}>
        <Menu.Target>
          <Button size="xs" variant="default" title={id}>
            {name.length > 18 ? `${name.slice(0, 17)}…` : name}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setChanging(true)}>Change password …</Menu.Item>
          <Menu.Item onClick={() => void call('signOut').finally(() => void loadMe())}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>{changing && <ChangePassword onClose={() => setChanging(false)} />}</Suspense>
    </>
  );
}
