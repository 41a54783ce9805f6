// Coming in: sign-in, and the page behind a one-time link.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMatch, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import type { Me, OneTimeLink } from '../../../src/protocol/sign-in.ts';
import { LinkButton } from '../kit/link-button.tsx';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { loadMe, useMe } from '../live/me.ts';

function Door(props: { readonly title: string; readonly about: string; readonly children: ReactNode }) {
  return (
    <main className="door">
      <div className="panel">
        <div className="brand">
          <img src="/icon.svg" alt="" />
          Goshawk
        </div>
        <h1>{props.title}</h1>
        <p className="muted">{props.about}</p>
        {props.children}
      </div>
    </main>
  );
}

/** What came of signing in by the provider, by the code in the address: no other words of an address are shown here. */
const WAYS_BACK: Readonly<Record<string, (provider: string) => string>> = {
  'provider-away': (provider) => `${provider} does not answer. Try again later.`,
  'not-a-provider': (provider) =>
    `What answers at the address of ${provider} is no OpenID provider; the log of the desk says more.`,
  'other-issuer': (provider) =>
    `${provider} calls itself by another address than this desk was told. The log of the desk says both, and what to do.`,
  'other-subject': (provider) =>
    `${provider} said of two different people that they are you, so neither was believed. The log of the desk says more.`,
  'took-too-long': () => 'The sign-in took too long. Try again.',
  'no-identity': (provider) => `${provider} did not say who you are.`,
  'no-address': (provider) => `${provider} sends no e-mail address for you.`,
  'name-taken': () => 'Your name looks like one that somebody else has here. Ask an administrator.',
  'not-vouched': (provider) =>
    `Your address has an account here, and ${provider} does not vouch that it is yours.`,
  'shut-out': () => 'This account is shut out. An administrator can let it in again.',
  failed: (provider) => `The sign-in by ${provider} failed; the log of the desk says why.`,
  'groups-unknown': (provider) =>
    `${provider} did not say which groups you are in, so nobody knows what you may do here. Ask an administrator.`,
  'roles-kept': (provider) =>
    `${provider} did not say which groups you are in. What you may do here stays as it was.`,
  'last-administrator': (provider) =>
    `By your groups at ${provider} you are no administrator any more, but nobody else could be: your roles stay as they were.`,
};

function wayBack(code: string | undefined, provider: string | null | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(WAYS_BACK, code)
    ? WAYS_BACK[code](provider ?? 'The provider')
    : undefined;
}

/** Somebody has come in, and has to be told something on the way. */
export function SignedInWithNotice() {
  const { me } = useMe();
  const { problem } = useSearch({ from: '/sign-in' });
  return (
    <Door title={`Welcome, ${me?.actor?.name}`} about="You are signed in.">
      <Problem text={wayBack(problem, me?.oidc)} />
      <LinkButton to="/overview" fullWidth mt={16}>
        To the desk
      </LinkButton>
    </Door>
  );
}

export function SignIn(props: { readonly me: Me }) {
  const navigate = useNavigate();
  const here = useMatch({ from: '/sign-in', shouldThrow: false });
  const [id, setId] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | undefined>(() =>
    wayBack(here?.search.problem, props.me.oidc),
  );
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await call('signIn', { body: { id, password } });
      if (here) void navigate({ to: '/overview' });
      await loadMe();
    } catch (error) {
      setProblem((error as Error).message);
      setPassword('');
    }
    setBusy(false);
  }
  return (
    <Door title="Sign in" about="To the fraud desk. Who has no account is invited by an administrator.">
      {props.me.oidc && (
        <Button component="a" href="/v1/oidc/start" fullWidth variant="default" mb={12}>
          Sign in with {props.me.oidc}
        </Button>
      )}
      <form onSubmit={(event) => void submit(event)}>
        <TextInput
          label="Name or e-mail address"
          autoComplete="username"
          autoFocus
          required
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          mt={8}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Problem text={problem} />
        <Button type="submit" fullWidth mt={16} loading={busy}>
          Sign in
        </Button>
      </form>
    </Door>
  );
}

export function Welcome() {
  const navigate = useNavigate();
  const { token = '' } = useSearch({ from: '/welcome' });
  const [link, setLink] = useState<OneTimeLink>();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    call('getOneTimeLink', { query: { token } }).then(setLink, (error: Error) => setProblem(error.message));
  }, [token]);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await call('useOneTimeLink', { body: { token, password, ...(link?.first && { id, name }) } });
      void navigate({ to: '/overview' });
      await loadMe();
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  }
  if (!link) return <NoLink problem={problem} />;
  return (
    <Door
      title={link.first ? 'The first administrator' : `Welcome, ${link.name}`}
      about={
        link.first
          ? 'From now on everybody signs in. You invite the others under Settings.'
          : `Choose the password that you sign in with as ${link.id}.`
      }
    >
      <form onSubmit={(event) => void submit(event)}>
        {link.first && (
          <>
            <TextInput
              label="Name or e-mail address to sign in with"
              autoComplete="username"
              autoFocus
              required
              value={id}
              onChange={(event) => setId(event.currentTarget.value)}
            />
            <TextInput
              label="Your name, as others see it"
              autoComplete="name"
              mt={8}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </>
        )}
        <PasswordInput
          label="Password"
          description="Twelve characters or more; a few words that do not belong together are best."
          autoComplete="new-password"
          required
          mt={8}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Problem text={problem} />
        <Button type="submit" fullWidth mt={16} loading={busy}>
          {link.first ? 'Become administrator' : 'Come in'}
        </Button>
      </form>
    </Door>
  );
}

function NoLink({ problem }: { readonly problem: string | undefined }) {
  return (
    <Door title="Welcome" about={problem ? 'This link does not open.' : 'One moment …'}>
      <Problem text={problem} />
      <LinkButton to="/overview" variant="default" mt={8}>
        To the desk
      </LinkButton>
    </Door>
  );
}
