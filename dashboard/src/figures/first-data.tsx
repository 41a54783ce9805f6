// The first screen of an installation that nothing has come to yet: the ways to bring transactions in. It goes away with the first.
import { Button, CopyButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Panel } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMe } from '../live/me.ts';

const REFRESH_MS = 5000;

/** One command, to be copied. */
function Command(props: { readonly name: string; readonly text: string }) {
  return (
    <div className="command">
      <pre>{props.text}</pre>
      <CopyButton value={props.text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy: ${props.name}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

function Way(props: { readonly title: string; readonly command: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{props.title}</h3>
      <p className="muted">{props.children}</p>
      <Command name={props.title} text={props.command} />
    </section>
  );
}

/** The smallest transaction there is, at the time at which the line is run. */
const firstOf = (key: string): string =>
  `curl ${location.origin}/v1/decisions${key} \\
  -H 'content-type: application/json' -d '{
  "id": "t1", "accountId": "a1", "amountMinor": 1234,
  "currency": "EUR", "type": "purchase",
  "occurredAt": "'$(date -u +%FT%TZ)'"}'`;

const fileTo = (key: string): string =>
  `curl ${location.origin}/v1/transactions${key} \\
  -H 'content-type: application/x-ndjson' \\
  --data-binary @FILE`;

const KAFKA = `topic  goshawk.transactions
key    the account
value  {"id": "t1", "accountId": "a1", …}`;

/** Nobody simulates, and nothing ever came. */
export function useNothingYet(rows: number): boolean {
  const { data } = useAnswer('getSimulator', rows === 0 ? {} : undefined, REFRESH_MS);
  return rows === 0 && data?.here === false;
}

export function FirstData() {
  const { me } = useMe();
  const key = me?.signInNeeded || me?.actor?.kind === 'person' ? " -H 'authorization: Bearer KEY'" : '';
  return (
    <Panel title="Nothing has come in yet" note="this goes away with the first transaction">
      <div className="ways">
        <Way title="1 · One by one, over the API" command={firstOf(key)}>
          Each is answered with its decision and the reasons.{' '}
          {key === '' ? (
            'On this machine nobody has to sign in yet.'
          ) : (
            <>
              A key is made under <Link to="/settings">Settings</Link>.
            </>
          )}{' '}
          <a href="/docs">All of the API</a>
        </Way>
        <Way title="2 · A file" command={fileTo(key)}>
          One JSON object a line. A CSV with columns of its own, labels among them, is brought in under{' '}
          <Link to="/data" search={{ part: 'import' }}>
            Data → Import
          </Link>{' '}
          or by <code>./goshawk import FILE</code>.
        </Way>
        <Way title="3 · Kafka" command={KAFKA}>
          A distributed installation decides what is written to its topic; <code>./run.sh --stack</code>{' '}
          starts one on this machine.
        </Way>
      </div>
    </Panel>
  );
}
