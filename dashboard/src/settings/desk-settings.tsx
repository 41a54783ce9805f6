// Settings of the whole desk: where two people are asked for.
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { Panel, Problem } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { Proposals, waitsForSecond } from '../proposals/index.ts';

const SWITCHES = [
  {
    name: 'fourEyesRules',
    label: 'Two people for a rule',
    about:
      'Whoever wrote a version of a rule may not put it live; lists by which live rules approve are changed by two.',
  },
  {
    name: 'fourEyesCases',
    label: 'Two people to close a case',
    about: 'Whoever proposes to close a case may not close it.',
  },
  {
    name: 'fourEyesModels',
    label: 'Two people for a model',
    about: 'Whoever makes a model champion or challenger needs somebody else to approve it, roll-backs too.',
  },
] as const;

export function DeskSettings() {
  const { data, problem, again } = useAnswer('getSettings', {}, 60_000);
  const [refused, setRefused] = useState<string>();
  const [said, setSaid] = useState<string>();
  const [stamp, setStamp] = useState(0);
  return (
    <>
      <Proposals of="settings" stamp={stamp} onDecided={again} />
      <Panel title="Desk">
        <p className="muted">What asks for two people is switched on by one administrator, and off by two.</p>
        <Problem text={problem ?? refused} />
        {said && (
          <p className="muted" role="status">
            {said}
          </p>
        )}
        {data &&
          SWITCHES.map(({ name, label, about }) => (
            <Switch
              key={name}
              my={10}
              label={label}
              description={about}
              checked={data[name]}
              onChange={(event) =>
                call('changeSettings', { body: { [name]: event.currentTarget.checked } }).then(
                  (answer) => {
                    setRefused(undefined);
                    setSaid(waitsForSecond(answer));
                    setStamp((before) => before + 1);
                    again();
                  },
                  (error: Error) => setRefused(error.message),
                )
              }
            />
          ))}
      </Panel>
    </>
  );
}
