// Settings of the whole desk: where two people are asked for.
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { tell } from '../live/api.ts';
import { useAsked } from '../live/models.ts';
import { Panel, Problem } from './parts.tsx';

type Settings = { readonly fourEyesRules: boolean; readonly fourEyesCases: boolean };
const SWITCHES = [
  {
    name: 'fourEyesRules',
    label: 'Two people for a rule',
    about: 'Whoever wrote a version of a rule may not put it live.',
  },
  {
    name: 'fourEyesCases',
    label: 'Two people to close a case',
    about: 'Whoever proposes to close a case may not close it.',
  },
] as const;

export function DeskSettings() {
  const { data, problem, again } = useAsked<Settings>('/v1/settings', 60_000);
  const [refused, setRefused] = useState<string>();
  return (
    <Panel title="Desk">
      <Problem text={problem ?? refused} />
      {data &&
        SWITCHES.map(({ name, label, about }) => (
          <Switch
            key={name}
            my={10}
            label={label}
            description={about}
            checked={data[name]}
            onChange={(event) =>
              tell('/v1/settings', { [name]: event.currentTarget.checked }, 'PUT').then(
                () => {
                  setRefused(undefined);
                  again();
                },
                (error: Error) => setRefused(error.message),
              )
            }
          />
        ))}
    </Panel>
  );
}
