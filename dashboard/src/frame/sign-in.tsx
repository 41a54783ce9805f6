// Coming in: sign-in, and the page behind a one-time link.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMatch, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import type { Me, OneTimeLink } from '../../../src/protocol/sign-in.ts';
import { needed, useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
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
  const form = useSentForm({
    initial: { id: '', password: '' },
    rules: { id: needed('Type the name that you sign in with.'), password: needed('Type your password.') },
    problem: wayBack(here?.search.problem, props.me.oidc),
    async send(body, fields) {
      try {
        await call('signIn', { body });
      } catch (error) {
        fields.setFieldValue('password', '');
        throw error;
      }
      if (here) void navigate({ to: '/overview' });
      await loadMe();
    },
  });
  return (
    <Door title="Sign in" about="To the fraud desk. Who has no account is invited by an administrator.">
      {props.me.oidc && (
        <Button component="a" href="/v1/oidc/start" fullWidth variant="default" mb={12}>
          Sign in with {props.me.oidc}
        </Button>
      )}
      <Form form={form}>
        <TextInput
          label="Name or e-mail address"
          autoComplete="username"
          autoFocus
          required
          {...form.field('id')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          mt={8}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          {...form.field('password')}
        />
        <FormProblem form={form} />
        <SendButton form={form} size="sm" fullWidth mt={16}>
          Sign in
        </SendButton>
      </Form>
    </Door>
  );
}

export function Welcome() {
  const { token = '' } = useSearch({ from: '/welcome' });
  const [link, setLink] = useState<OneTimeLink>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    call('getOneTimeLink', { query: { token } }).then(setLink, (error: Error) => setProblem(error.message));
  }, [token]);
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
      <ComeIn token={token} isFirst={link.first} />
    </Door>
  );
}

function ComeIn({ token, isFirst }: { readonly token: string; readonly isFirst: boolean }) {
  const navigate = useNavigate();
  const form = useSentForm({
    initial: { id: '', name: '', password: '' },
    rules: {
      password: needed('Choose a password.'),
      ...(isFirst && { id: needed('Choose a name to sign in with.') }),
    },
    async send({ id, name, password }) {
      await call('useOneTimeLink', { body: { token, password, ...(isFirst && { id, name }) } });
      void navigate({ to: '/overview' });
      await loadMe();
    },
  });
  return (
    <Form form={form}>
      {isFirst && (
        <>
          <TextInput
            label="Name or e-mail address to sign in with"
            autoComplete="username"
            autoFocus
            required
            {...form.field('id')}
          />
          <TextInput label="Your name, as others see it" autoComplete="name" mt={8} {...form.field('name')} />
        </>
      )}
      <PasswordInput
        label="Password"
        description="Twelve characters or more; a few words that do not belong together are best."
        autoComplete="new-password"
        required
        mt={8}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        {...form.field('password')}
      />
      <FormProblem form={form} />
      <SendButton form={form} size="sm" fullWidth mt={16}>
        {isFirst ? 'Become administrator' : 'Come in'}
      </SendButton>
    </Form>
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
