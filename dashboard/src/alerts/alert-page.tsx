// The page of an alert: what happened and the verdict, why, and what surrounds it; from alert to alert by key.
import { Button } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { count } from '../kit/format.ts';
import { LinkButton } from '../kit/link-button.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { type Asked, useAnswer } from '../live/desk.ts';
import { look, useLive } from '../live/feed.ts';
import { Story, useStory } from '../transactions/index.ts';
import { useActions } from './alert-actions.tsx';
import { AlertSummary } from './alert-summary.tsx';
import { AccountLately, AlertLinks, History, OtherAlerts } from './alert-surroundings.tsx';
import { FlaggedTransactions } from './flagged-transactions.tsx';
import { type Neighbours, useNeighbours } from './neighbours.ts';
import { NotesPanel } from './notes-panel.tsx';
import { useQueueKeys } from './queue-keys.ts';

/** What the desk says of alerts in general is a hint to look at this one again; a burst of hints is one look. */
function useAlertFile(id: number): Asked<'getAlert'> {
  const changes = useLive((state) => state.queueChanges);
  const file = useAnswer('getAlert', { params: { id } });
  const load = useRef(file.again);
  load.current = file.again;
  useEffect(() => {
    if (changes === 0) return;
    const timer = setTimeout(() => load.current(), 1500);
    return () => clearTimeout(timer);
  }, [changes]);
  return file;
}

export function AlertPage(props: { readonly id: number }) {
  const { id } = props;
  const { data: file, problem, again } = useAlertFile(id);
  const [said, setSaid] = useState<Said>();
  const [chosen, setChosen] = useState<string>();
  useEffect(() => {
    setChosen(undefined);
    look(id);
    return () => look(null);
  }, [id]);
  const gone = useCallback(() => setSaid(undefined), []);
  const neighbours = useNeighbours(id);
  const acting = useActions(setSaid, (result, leaves) => {
    again();
    neighbours.settle(result, leaves);
  });
  const worst = file?.transactions.reduce((a, b) => (b.score > a.score ? b : a), file.transactions[0]);
  const shown = chosen ?? worst?.id;
  const { previous, next, go } = neighbours;
  useQueueKeys({
    at: undefined,
    targets: file && file.alert.id === id ? [file.alert] : [],
    acting,
    closed: file?.alert.status === 'closed',
    move: (by) => go(by > 0 ? next : previous),
  });
  const { story, failure } = useStory(shown);
  const back = (
    <LinkButton
      size="xs"
      variant="default"
      to="/alerts"
      search={(before) => ({ ...before, alert: undefined })}
      activeOptions={{ exact: true }}
    >
      ← Queue
    </LinkButton>
  );
  if (!file) {
    return (
      <Panel title={`Alert ${id}`} note={problem && back}>
        <Empty>{problem ?? 'Loading …'}</Empty>
      </Panel>
    );
  }
  return (
    <div className="alert-page" data-testid="alert-page">
      <AlertSummary
        file={file}
        acting={acting}
        back={
          <>
            <Steps neighbours={neighbours} />
            {back}
          </>
        }
      />
      <div className="grid">
        <Panel title="Why" note={story && `transaction ${story.decision.transactionId}`}>
          {failure && <Empty>{failure}</Empty>}
          {story && <Story story={story} isWithin />}
        </Panel>
        <div className="side">
          <FlaggedTransactions file={file} shown={shown} onShow={setChosen} />
          <AccountLately file={file} />
          <NotesPanel file={file} onChanged={again} onSaid={setSaid} />
          <OtherAlerts file={file} />
          <History file={file} />
        </div>
      </div>
      <AlertLinks file={file} />
      <Toast said={said} onGone={gone} />
    </div>
  );
}

/** To the alerts beside it in the queue; the keys are told by the buttons. */
function Steps({ neighbours }: { readonly neighbours: Neighbours }) {
  const { place, previous, next, go } = neighbours;
  return (
    <>
      {place !== undefined && <span className="muted">place {count(place)} in the queue</span>}
      <Button
        size="xs"
        variant="default"
        disabled={previous === undefined}
        title="The alert before it in the queue: k"
        onClick={() => go(previous)}
      >
        ↑ Before
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={next === undefined}
        title="The next alert of the queue: j"
        onClick={() => go(next)}
      >
        ↓ Next
      </Button>
    </>
  );
}
