// The frame: rail, top bar, alert banner, the screen of the address, and the keys.
import {
  ActionIcon,
  Button,
  Menu,
  Modal,
  SegmentedControl,
  TextInput,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import {
  IconActivity,
  IconAlertTriangle,
  IconBrain,
  IconBriefcase,
  IconLayoutDashboard,
  IconList,
  IconListCheck,
  IconMoon,
  IconScale,
  IconSearch,
  IconSettings,
  IconSun,
} from '@tabler/icons-react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { PERIODS, usePeriod } from '../figures/period.ts';
import { amountText } from '../kit/amount.tsx';
import { clockTime, count } from '../kit/format.ts';
import { call } from '../live/desk.ts';
import { dismissBanner, startFeed, stopFeed, useLive } from '../live/feed.ts';
import { loadMe, useMay, useMe } from '../live/me.ts';
import { navigate, setQuery, useRoute } from '../live/route.ts';
import { ChangePassword } from '../people/change-password.tsx';
import { SimulatorControl } from '../simulator/simulator-control.tsx';
import { SignedInWithNotice, SignIn, Welcome } from './sign-in.tsx';
import { Tour, tourDone } from './tour.tsx';

// Each screen is fetched when it is first looked at.
const Overview = lazy(async () => ({ default: (await import('../figures/overview.tsx')).Overview }));
const Transactions = lazy(async () => ({
  default: (await import('../transactions/transactions.tsx')).Transactions,
}));
const Alerts = lazy(async () => ({ default: (await import('../alerts/alerts.tsx')).Alerts }));
const Cases = lazy(async () => ({ default: (await import('../cases/cases.tsx')).Cases }));
const Rules = lazy(async () => ({ default: (await import('../rules/rules.tsx')).Rules }));
const Lists = lazy(async () => ({ default: (await import('../lists/lists.tsx')).Lists }));
const Models = lazy(async () => ({ default: (await import('../models/models.tsx')).Models }));
const PipelineScreen = lazy(async () => ({
  default: (await import('../pipeline/pipeline.tsx')).PipelineScreen,
}));
const Settings = lazy(async () => ({ default: (await import('../settings/settings.tsx')).Settings }));
const StoryDrawer = lazy(async () => ({ default: (await import('../transactions/story.tsx')).StoryDrawer }));

const SCREENS = [
  { path: 'overview', title: 'Overview', key: '1', icon: IconLayoutDashboard, screen: Overview },
  { path: 'transactions', title: 'Transactions', key: '2', icon: IconList, screen: Transactions },
  { path: 'alerts', title: 'Alerts', key: '3', icon: IconAlertTriangle, screen: Alerts },
  { path: 'cases', title: 'Cases', key: '4', icon: IconBriefcase, screen: Cases },
  { path: 'rules', title: 'Rules', key: '5', icon: IconScale, screen: Rules },
  { path: 'lists', title: 'Lists', key: '6', icon: IconListCheck, screen: Lists },
  { path: 'models', title: 'Models', key: '7', icon: IconBrain, screen: Models },
  { path: 'pipeline', title: 'Pipeline', key: '8', icon: IconActivity, screen: PipelineScreen },
  { path: 'settings', title: 'Settings', key: '9', icon: IconSettings, screen: Settings },
] as const;

/** Fewer than this are simply under way. */
const BACKLOG_SHOWN = 100;

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
  if (!alert) return null;
  return (
    <div className="banner" role="alert" data-testid="banner">
      <span className="text" title={alert.topReason}>
        <b>✕ Declined {amountText(alert)}</b> · account {alert.accountId}
        {alert.topReason && ` · ${alert.topReason}`}
      </span>
      <span style={{ flex: 'none' }}>
        <Button size="compact-xs" mr={8} onClick={() => setQuery({ transaction: alert.transactionId })}>
          Open
        </Button>
        <Button size="compact-xs" variant="default" onClick={dismissBanner}>
          Dismiss
        </Button>
      </span>
    </div>
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
      {changing && <ChangePassword onClose={() => setChanging(false)} />}
    </>
  );
}

/** The desk, or the way in. */
export function App() {
  const { me, problem } = useMe();
  const { screen } = useRoute();
  const here = me?.actor != null;
  useEffect(() => {
    void loadMe();
  }, []);
  useEffect(() => {
    if (here) startFeed();
    else stopFeed();
  }, [here]);
  if (screen === 'welcome') return <Welcome />;
  if (!me) return problem ? <p className="empty">{problem}</p> : null;
  if (!here) return <SignIn me={me} />;
  return screen === 'sign-in' ? <SignedInWithNotice me={me} /> : <Desk />;
}

function Desk() {
  const { screen: path } = useRoute();
  const period = usePeriod();
  const lost = useLive((state) => state.connection.state === 'lost');
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const sees = useMay('read_identifiers');
  const [help, setHelp] = useState(false);
  const [touring, setTouring] = useState(!tourDone());
  const endTour = useCallback(() => setTouring(false), []);
  const search = useRef<HTMLInputElement>(null);
  const active = SCREENS.find((screen) => screen.path === path) ?? SCREENS[0];
  const Screen = active.screen;
  useEffect(() => {
    document.title = `${active.title} · Goshawk`;
  }, [active.title]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault();
        search.current?.focus();
        return;
      }
      const { target } = event;
      const typing =
        target instanceof HTMLInputElement ||
        target instanceof HTMLTextAreaElement ||
        (target instanceof HTMLElement && target.isContentEditable);
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '?') setHelp(true);
      if (event.key === 't') setColorScheme(scheme === 'dark' ? 'light' : 'dark');
      const next = SCREENS.find((screen) => screen.key === event.key);
      if (next) navigate(`/${next.path}`);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [scheme, setColorScheme]);

  async function find(text: string): Promise<void> {
    if (text === '') return;
    const isThere = await call('getTransaction', { params: { id: text } }).then(
      () => true,
      () => false,
    );
    // An account is searched for by whoever may see accounts; others are told that there is no such transaction.
    if (isThere || !sees) setQuery({ transaction: text });
    else navigate(`/transactions?account=${encodeURIComponent(text)}`);
  }

  return (
    <div className={`shell ${lost ? 'stale' : ''}`}>
      <nav className="rail" aria-label="Screens">
        <div className="brand">
          <img src="/icon.svg" alt="" />
          Goshawk
        </div>
        {SCREENS.map(({ path: to, title, icon: Icon }) => (
          <a
            key={to}
            href={`/${to}`}
            aria-current={active.path === to ? 'page' : undefined}
            onClick={(event) => {
              event.preventDefault();
              navigate(`/${to}`);
            }}
          >
            <Icon size={18} stroke={1.7} aria-hidden="true" />
            {title}
          </a>
        ))}
        <a className="hide-small" href="/docs" style={{ marginTop: 'auto' }}>
          API documents
        </a>
      </nav>
      <div style={{ minWidth: 0 }}>
        <header className="top">
          <Live />
          <Banner />
          <div style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
            {active.path === 'overview' && (
              <SegmentedControl
                size="xs"
                className="hide-small"
                aria-label="Period"
                data={PERIODS.map(({ value }) => value)}
                value={period.value}
                onChange={(value) => setQuery({ range: value === '1h' ? undefined : value })}
              />
            )}
            <SimulatorControl />
            <TextInput
              ref={search}
              size="xs"
              w={{ base: 150, sm: 260 }}
              aria-label={sees ? 'Search a transaction or an account' : 'Search a transaction'}
              placeholder={sees ? 'Transaction or account (Ctrl K)' : 'Transaction (Ctrl K)'}
              leftSection={<IconSearch size={14} aria-hidden="true" />}
              onKeyDown={(event) => event.key === 'Enter' && void find(event.currentTarget.value.trim())}
            />
            <ActionIcon
              variant="default"
              size="md"
              aria-label="Dark or light"
              onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
            >
              {scheme === 'dark' ? <IconSun size={16} /> : <IconMoon size={16} />}
            </ActionIcon>
            <Person />
            <ActionIcon
              variant="default"
              size="md"
              aria-label="Keys"
              onClick={() => setHelp(true)}
              className="hide-small"
            >
              ?
            </ActionIcon>
          </div>
        </header>
        <main className="page">
          <Suspense fallback={null}>
            <Screen />
          </Suspense>
        </main>
      </div>
      <Suspense fallback={null}>
        <StoryDrawer />
      </Suspense>
      {touring && <Tour onEnd={endTour} />}
      <Modal
        opened={help}
        onClose={() => setHelp(false)}
        title="Keys"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <table className="rows">
          <tbody>
            {[
              ...SCREENS.map((screen) => [screen.key, screen.title]),
              ['Ctrl K', 'Search'],
              ['t', 'Dark or light'],
              ['Enter', 'Open the row in focus'],
              ['j k', 'Alerts: down, up'],
              ['x', 'Alerts: choose'],
              ['c', 'Alerts: claim or release'],
              ['s', 'Alerts: snooze for an hour'],
              ['e', 'Alerts: escalate'],
              ['f g u', 'Alerts: fraud, genuine, unsure'],
              ['/', 'Alerts: search'],
              ['Esc', 'Close'],
              ['?', 'This list'],
            ].map(([key, what]) => (
              <tr key={key} style={{ cursor: 'default' }}>
                <td>
                  <kbd>{key}</kbd>
                </td>
                <td>{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <Button
          size="xs"
          variant="default"
          mt={12}
          onClick={() => {
            setHelp(false);
            setTouring(true);
          }}
        >
          Take the tour
        </Button>
      </Modal>
    </div>
  );
}
