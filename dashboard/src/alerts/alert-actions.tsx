// What an analyst can do with one or many alerts: the same buttons in the queue and on the page of an alert.
import { Button, Menu, Select } from '@mantine/core';
import { useState } from 'react';
import { FRAUD_TYPES } from '../../../src/domain/alert.ts';
import type { Alert, AlertActionResult } from '../../../src/protocol/alerts.ts';
import { OpenCase } from '../cases/index.ts';
import { words } from '../kit/format.ts';
import type { Said } from '../kit/toast.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay, useMe } from '../live/me.ts';
import { type Action, act } from './alert-pages.ts';

const HOUR_MS = 3_600_000;
const SNOOZES: readonly { readonly label: string; readonly ms: () => number }[] = [
  { label: '1 hour', ms: () => HOUR_MS },
  { label: '4 hours', ms: () => 4 * HOUR_MS },
  { label: 'until tomorrow 8:00', ms: () => untilMorning(1) },
  { label: 'for a week', ms: () => untilMorning(7) },
];

function untilMorning(days: number): number {
  const morning = new Date();
  morning.setDate(morning.getDate() + days);
  morning.setHours(8, 0, 0, 0);
  return morning.getTime() - Date.now();
}

const DONE: Readonly<Record<Action['action'], string>> = {
  claim: 'yours now',
  release: 'nobody’s now',
  assign: 'assigned',
  snooze: 'snoozed',
  wake: 'awake again',
  escalate: 'escalated',
  'de-escalate': 'not escalated any more',
  reopen: 'open again',
  verdict: 'closed',
};
/** Actions after which an alert is not in the view any more. */
const LEAVES = new Set<Action['action']>(['verdict', 'snooze', 'wake', 'reopen']);

export type Acting = {
  run(alerts: readonly Alert[], action: Action): Promise<void>;
};

/** Runs actions, and says what became of them. */
export function useActions(
  onSaid: (said: Said) => void,
  onSettled: (result: AlertActionResult, gone: boolean) => void,
): Acting {
  async function run(alerts: readonly Alert[], action: Action): Promise<void> {
    if (alerts.length === 0) return;
    try {
      const result = await act(alerts, action);
      onSettled(result, LEAVES.has(action.action));
      const what =
        action.action === 'verdict'
          ? { fraud: '⚑ fraud', genuine: '✓ genuine', unsure: 'closed as unsure' }[action.verdict]
          : DONE[action.action];
      const which = result.done.length === 1 ? `Alert ${result.done[0]}` : `${result.done.length} alerts`;
      if (result.conflicts.length > 0) {
        const left =
          result.conflicts.length === 1 ? 'One alert was' : `${result.conflicts.length} alerts were`;
        const rest = result.done.length > 0 ? `${which}: ${what}. ` : '';
        onSaid({
          bad: true,
          text: `${rest}${left} changed meanwhile by somebody or by a new transaction, and left as it is. Look again.`,
        });
        return;
      }
      const closed = alerts.filter(({ id }) => result.done.includes(id));
      onSaid({
        text: `${which}: ${what}`,
        ...(action.action === 'verdict' && {
          undo: () =>
            void run(
              closed.map((alert) => ({ ...alert, version: alert.version + 1 })),
              { action: 'reopen' },
            ),
        }),
      });
    } catch (error) {
      onSaid({ bad: true, text: (error as Error).message });
    }
  }
  return { run };
}

export function AlertActions(props: { readonly alerts: readonly Alert[]; readonly acting: Acting }) {
  const { alerts, acting } = props;
  const { me } = useMe();
  const may = useMay('work_alerts');
  const [opening, setOpening] = useState(false);
  if (!may || alerts.length === 0) return null;
  const mine = alerts.every(({ assignee }) => assignee?.id === me?.actor?.id);
  const escalated = alerts.every((alert) => alert.escalated);
  const snoozed = alerts.every(
    ({ snoozedUntil }) => snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now(),
  );
  const closed = alerts.every(({ status }) => status === 'closed');
  const run = (action: Action): void => void acting.run(alerts, action);
  if (closed) {
    return (
      <div className="filters">
        <Button size="xs" variant="default" onClick={() => run({ action: 'reopen' })}>
          Reopen
        </Button>
      </div>
    );
  }
  return (
    <div className="filters">
      <Button size="xs" variant="default" onClick={() => run({ action: mine ? 'release' : 'claim' })}>
        {mine ? 'Release' : 'Claim'}
      </Button>
      <Assign run={run} />
      {snoozed ? (
        <Button size="xs" variant="default" onClick={() => run({ action: 'wake' })}>
          Wake
        </Button>
      ) : (
        <Snooze run={run} />
      )}
      <Button
        size="xs"
        variant="default"
        onClick={() => run({ action: escalated ? 'de-escalate' : 'escalate' })}
      >
        {escalated ? 'De-escalate' : 'Escalate'}
      </Button>
      <Button size="xs" variant="default" onClick={() => setOpening(true)}>
        Case …
      </Button>
      {opening && <OpenCase alerts={alerts.map(({ id }) => id)} onClose={() => setOpening(false)} />}
      <span className="bar" aria-hidden="true" />
      <Verdicts run={run} />
    </div>
  );
}

type RunProps = { readonly run: (action: Action) => void };

function Assign({ run }: RunProps) {
  const { data } = useAnswer('listColleagues', {}, 60_000);
  return (
    <Menu transitionProps={{ duration: 120 }}>
      <Menu.Target>
        <Button size="xs" variant="default">
          Assign …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {data?.people.map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => run({ action: 'assign', assignee: id })}>
            {name}
          </Menu.Item>
        ))}
        {data?.people.length === 0 && <Menu.Label>Nobody else works alerts</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}

function Snooze({ run }: RunProps) {
  return (
    <Menu transitionProps={{ duration: 120 }}>
      <Menu.Target>
        <Button size="xs" variant="default">
          Snooze …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {SNOOZES.map(({ label, ms }) => (
          <Menu.Item
            key={label}
            onClick={() => run({ action: 'snooze', until: new Date(Date.now() + ms()).toISOString() })}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Verdicts({ run }: RunProps) {
  const [type, setType] = useState<string | null>(null);
  return (
    <>
      <Select
        size="xs"
        w={170}
        aria-label="Kind of fraud"
        placeholder="Kind of fraud"
        clearable
        value={type}
        onChange={setType}
        data={FRAUD_TYPES.map((value) => ({ value, label: words(value) }))}
      />
      <Button
        size="xs"
        color="red.9"
        onClick={() =>
          run({ action: 'verdict', verdict: 'fraud', ...(type !== null && { fraudType: type }) })
        }
      >
        ⚑ Fraud
      </Button>
      <Button size="xs" onClick={() => run({ action: 'verdict', verdict: 'genuine' })}>
        ✓ Genuine
      </Button>
      <Button size="xs" variant="default" onClick={() => run({ action: 'verdict', verdict: 'unsure' })}>
        Unsure
      </Button>
    </>
  );
}
