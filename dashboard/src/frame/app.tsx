// The frame: the way in, or rail, top bar and the screen of the address.
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Link, Outlet, useMatches } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { startFeed, stopFeed, useLive } from '../live/feed.ts';
import { loadMe, useMe } from '../live/me.ts';
import { KeysHelp, useKeys } from './keys.tsx';
import { SCREENS } from './screens.ts';
import { PeriodChoice, TopBar } from './top-bar.tsx';
import { Tour, tourDone } from './tour.tsx';

// Whoever is signed in needs no way in.
const SignIn = lazy(async () => ({ default: (await import('./sign-in.tsx')).SignIn }));
const StoryDrawer = lazy(async () => ({ default: (await import('../transactions/story.tsx')).StoryDrawer }));

/** Where the address leads, as the routes call it. */
const usePath = () => useMatches({ select: (matches) => matches.at(-1)?.fullPath });

/** The desk, or the way in. */
export function App() {
  return (
    <Suspense fallback={null}>
      <Here />
    </Suspense>
  );
}

function Here() {
  const { me, problem } = useMe();
  const path = usePath();
  const here = me?.actor != null;
  useEffect(() => {
    void loadMe();
  }, []);
  useEffect(() => {
    if (here) startFeed();
    else stopFeed();
  }, [here]);
  if (path === '/welcome') return <Outlet />;
  if (!me) return problem ? <p className="empty">{problem}</p> : null;
  if (!here) {
    return (
      <Suspense fallback={null}>
        <SignIn me={me} />
      </Suspense>
    );
  }
  return path === '/sign-in' ? <Outlet /> : <Desk />;
}

function Desk() {
  const path = usePath();
  const lost = useLive((state) => state.connection.state === 'lost');
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const [help, setHelp] = useState(false);
  const [touring, setTouring] = useState(!tourDone());
  const endTour = useCallback(() => setTouring(false), []);
  const search = useRef<HTMLInputElement>(null);
  const active = SCREENS.find(({ to }) => to === path) ?? SCREENS[0];
  const withPeriod = active.to === '/overview' || active.to === '/pipeline';
  const showHelp = (): void => setHelp(true);
  const changeColors = (): void => setColorScheme(scheme === 'dark' ? 'light' : 'dark');
  useEffect(() => {
    document.title = `${active.title} · Goshawk`;
  }, [active.title]);
  useKeys({ search, help: showHelp, changeColors });
  return (
    <div className={`shell ${lost ? 'stale' : ''}`}>
      <Rail active={active.to} />
      <div style={{ minWidth: 0 }}>
        <TopBar search={search} withPeriod={withPeriod} onColors={changeColors} onHelp={showHelp} />
        <main className="page">
          {withPeriod && <PeriodChoice className="small-only" />}
          <Outlet />
        </main>
      </div>
      <Suspense fallback={null}>
        <StoryDrawer />
      </Suspense>
      {touring && <Tour onEnd={endTour} />}
      {help && (
        <KeysHelp
          onClose={() => setHelp(false)}
          onTour={() => {
            setHelp(false);
            setTouring(true);
          }}
        />
      )}
    </div>
  );
}

function Rail(props: { readonly active: string }) {
  return (
    <nav className="rail" aria-label="Screens">
      <div className="brand">
        <img src="/icon.svg" alt="" />
        Goshawk
      </div>
      {SCREENS.map(({ to, title, icon: Icon }) => (
        <Link key={to} to={to} aria-current={props.active === to ? 'page' : undefined}>
          <Icon size={18} stroke={1.7} aria-hidden="true" />
          {title}
        </Link>
      ))}
      <a className="hide-small" href="/docs" style={{ marginTop: 'auto' }}>
        API documents
      </a>
    </nav>
  );
}
