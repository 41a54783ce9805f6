// The simulator in the top bar: on and off, how fast, and a fraud of a chosen kind now, watched until it is caught.
import { Button, NumberInput, Popover, Select, Switch } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { StartedFraud } from '../../../src/protocol/simulator.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { clockTime, words } from '../kit/format.ts';
import { Problem } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';

/** What became of a fraud, in words. */
function outcomeOf(fraud: StartedFraud): string {
  const caught = fraud.declined + fraud.reviewed;
  if (fraud.sent === 0) return 'on its way …';
  const so = `${fraud.sent} of ${fraud.transactions} sent`;
  if (caught === 0) return `${so}, none caught yet`;
  const parts = [
    fraud.declined > 0 ? `${fraud.declined} declined` : '',
    fraud.reviewed > 0 ? `${fraud.reviewed} to review` : '',
  ].filter(Boolean);
  return `${so}: ${parts.join(', ')}; caught from the ${ordinal(fraud.firstCaught ?? 1)} on`;
}

const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
const rules = new Intl.PluralRules('en', { type: 'ordinal' });
const ordinal = (value: number): string => `${value}${ENDINGS[rules.select(value)]}`;

function Started(props: { readonly fraud: StartedFraud; readonly onLeave: () => void }) {
  const { fraud, onLeave } = props;
  const navigate = useNavigate();
  const change = useChangeSearch<'__root__'>();
  return (
    <div className="note" role="status">
      <p>
        <b>{words(fraud.type)}</b>{' '}
        <span className="muted">
          {clockTime(fraud.at)} ·{' '}
          {fraud.accounts.length === 1 ? fraud.accounts[0] : `${fraud.accounts.length} accounts`}
        </span>
      </p>
      <p className={fraud.firstCaught === null ? 'muted' : ''}>{outcomeOf(fraud)}</p>
      <Button
        size="compact-xs"
        variant="subtle"
        onClick={() => {
          onLeave();
          if (fraud.firstCaughtId) change({ transaction: fraud.firstCaughtId });
          else void navigate({ to: '/transactions', search: { account: fraud.accounts[0] } });
        }}
      >
        {fraud.firstCaughtId ? 'Why it was caught' : 'Its transactions'}
      </Button>
    </div>
  );
}

export function SimulatorControl() {
  const may = useMay('control_simulator');
  const [open, setOpen] = useState(false);
  const [type, setType] = useState('card_testing');
  const [problem, setProblem] = useState<string>();
  const { data, again } = useAnswer('getSimulator', may ? {} : undefined, open ? 1000 : 15_000);
  if (!may || !data?.here) return null;
  function run(work: Promise<unknown>): void {
    work
      .then(
        () => setProblem(undefined),
        (error: Error) => setProblem(error.message),
      )
      .finally(again);
  }
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={360}
      transitionProps={{ duration: 120 }}
      trapFocus
    >
      <Popover.Target>
        <Button size="xs" variant="default" className="hide-small" onClick={() => setOpen(!open)}>
          {data.running ? '▶' : '⏸'} Simulator
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="simulator">
        <div className="filters" style={{ justifyContent: 'space-between' }}>
          <Switch
            label={data.running ? 'Running' : 'Paused'}
            checked={data.running}
            onChange={(event) =>
              run(call('controlSimulator', { body: { running: event.currentTarget.checked } }))
            }
          />
          <NumberInput
            size="xs"
            w={130}
            aria-label="Transactions a second"
            suffix=" tx/s"
            min={0.01}
            max={20_000}
            key={data.rate}
            defaultValue={data.rate}
            onBlur={(event) => {
              const rate = Number(event.currentTarget.value.replace(' tx/s', '').replaceAll(',', ''));
              if (rate > 0 && rate !== data.rate) run(call('controlSimulator', { body: { rate } }));
            }}
          />
        </div>
        {data.fraudTypes.length > 0 && (
          <>
            <h3>Start a fraud now, and watch</h3>
            <div className="filters">
              <Select
                size="xs"
                style={{ flex: 1 }}
                aria-label="Kind of fraud to start"
                allowDeselect={false}
                data={data.fraudTypes.map((value) => ({ value, label: words(value) }))}
                value={type}
                onChange={(value) => value !== null && setType(value)}
                comboboxProps={{ withinPortal: false }}
              />
              <Button size="xs" onClick={() => run(call('startFraud', { body: { type } }))}>
                Start
              </Button>
            </div>
          </>
        )}
        <Problem text={problem} />
        {data.injected.map((fraud) => (
          <Started key={fraud.id} fraud={fraud} onLeave={() => setOpen(false)} />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
