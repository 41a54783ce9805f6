// The frame: the way in, or rail, top bar and the screen of the address.
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { startFeed, stopFeed, useLive } from '../live/feed.ts';
import { loadMe, useMe } from '../live/me.ts';
import { navigate, useRoute } from '../live/route.ts';
import { KeysHelp, useKeys } from './keys.tsx';
import { SCREENS } from './screens.ts';
import { TopBar } from './top-bar.tsx';
import { Tour, tourDone } from './tour.tsx';

// Whoever is signed in needs no way in.
const Welcome = lazy(async () => ({ default: (await import('./sign-in.tsx')).Welcome }));
const SignIn = lazy(async () => ({ default: (await import('./sign-in.tsx')).SignIn }));
const SignedInWithNotice = lazy(async () => ({
  default: (await import('./sign-in.tsx')).SignedInWithNotice,
}));
const StoryDrawer = lazy(async () => ({ default: (await import('../transactions/story.tsx')).StoryDrawer }));

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
  const lost = useLive((state) => state.connection.state === 'lost');
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const [help, setHelp] = useState(false);
  const [touring, setTouring] = useState(!tourDone());
  const endTour = useCallback(() => setTouring(false), []);
  const search = useRef<HTMLInputElement>(null);
  const active = SCREENS.find((screen) => screen.path === path) ?? SCREENS[0];
  const Screen = active.screen;
  const showHelp = (): void => setHelp(true);
  const changeColors = (): void => setColorScheme(scheme === 'dark' ? 'light' : 'dark');
  useEffect(() => {
    document.title = `${active.title} · Goshawk`;
  }, [active.title]);
  useKeys({ search, help: showHelp, changeColors });
  return (
    <div className={`shell ${lost ? 'stale' : ''}`}>
      <Rail active={active.path} />
      <div style={{ minWidth: 0 }}>
        <TopBar
          search={search}
          withPeriod={active.path === 'overview'}
          onColors={changeColors}
          onHelp={showHelp}
        />
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
      {SCREENS.map(({ path, title, icon: Icon }) => (
        <a
          key={path}
          href={`/${path}`}
          aria-current={props.active === path ? 'page' : undefined}
          onClick={(event) => {
            event.preventDefault();
            navigate(`/${path}`);
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
  );
}
