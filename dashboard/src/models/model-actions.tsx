// What is done with models as a whole: training a candidate, and going back to the champion before.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Models } from '../../../src/protocol/models.ts';
import { percent } from '../kit/format.ts';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { AskName } from './ask-name.tsx';

const ACTIONS = {
  retrainModel: {
    title: 'Train a candidate',
    about:
      'Learns from the decisions whose labels are in, with the features that they were made with. It is filed as a candidate and decides nothing.',
    action: 'Train',
  },
  rollBackModel: {
    title: 'Roll back',
    about: 'The champion before this one decides again, from the next batch on.',
    action: 'Roll back',
  },
} as const;

export function ModelActions(props: {
  readonly listed: Models | undefined;
  /** Why they could not be listed. */
  readonly problem: string | undefined;
  readonly onActed: () => void;
}) {
  const { listed } = props;
  const retraining = listed?.retraining;
  const [asking, setAsking] = useState<keyof typeof ACTIONS>();

  return (
    <>
      <div className="filters" style={{ marginBottom: 8 }}>
        <Button
          size="compact-sm"
          variant="default"
          loading={retraining?.running ?? false}
          onClick={() => setAsking('retrainModel')}
        >
          Train a candidate
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={!listed?.events.some(({ from }) => from === 'champion')}
          onClick={() => setAsking('rollBackModel')}
        >
          Roll back
        </Button>
        <span className="muted" role="status">
          {retraining?.running
            ? `${retraining.step} … ${percent(retraining.done, 0)}`
            : (retraining?.last?.text ?? '')}
        </span>
      </div>
      <Problem text={props.problem} />
      {asking && (
        <AskName
          {...ACTIONS[asking]}
          onClose={() => setAsking(undefined)}
          onNamed={async (body) => {
            await call(asking, { body });
            props.onActed();
          }}
        />
      )}
    </>
  );
}
