// Coming in: sign-in, and the page behind a one-time link.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { Problem } from '../components/parts.tsx';
import { ask, tell } from '../live/api.ts';
import { loadMe, type Me } from '../live/me.ts';
import { navigate, useRoute } from '../live/route.ts';

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

export function SignIn(props: { readonly me: Me }) {
  const { query, screen } = useRoute();
  const [id, setId] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | undefined>(query.get('problem') ?? undefined);
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await tell('/v1/sign-in', { id, password });
      if (screen === 'sign-in') navigate('/overview');
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

type Link = { readonly first: boolean; readonly id: string | null; readonly name: string | null };

export function Welcome() {
  const { query } = useRoute();
  const token = query.get('token') ?? '';
  const [link, setLink] = useState<Link>();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    ask<Link>(`/v1/welcome?token=${encodeURIComponent(token)}`).then(setLink, (error: Error) =>
      setProblem(error.message),
    );
  }, [token]);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await tell('/v1/welcome', { token, password, ...(link?.first && { id, name }) });
      navigate('/overview');
      await loadMe();
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  }
  if (!link) {
    return (
      <Door title="Welcome" about={problem ? 'This link does not open.' : 'One moment …'}>
        <Problem text={problem} />
        <Button component="a" href="/overview" variant="default" mt={8}>
          To the desk
        </Button>
      </Door>
    );
  }
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
          description="Twelve characters or more; a few words are fine."
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
