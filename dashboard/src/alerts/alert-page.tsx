// The page of an alert: what happened, why, what surrounds it, who did what; and the verdict.
import { useCallback, useEffect, useRef, useState } from 'react';
import { LinkButton } from '../kit/link-button.tsx';
import { Empty, Panel } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { type Asked, useAnswer } from '../live/desk.ts';
import { look, useLive } from '../live/feed.ts';
import { Story, useStory } from '../transactions/index.ts';
import { useActions } from './alert-actions.tsx';
import { AlertSummary } from './alert-summary.tsx';
import { AlertSurroundings } from './alert-surroundings.tsx';
import { FlaggedTransactions } from './flagged-transactions.tsx';
import { NotesPanel } from './notes-panel.tsx';

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
  const acting = useActions(setSaid, again);
  const worst = file?.transactions.reduce((a, b) => (b.score > a.score ? b : a), file.transactions[0]);
  const shown = chosen ?? worst?.id;
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
      <AlertSummary file={file} acting={acting} back={back} />
      <div className="grid">
        <FlaggedTransactions file={file} shown={shown} onShow={setChosen} />
        <NotesPanel file={file} onChanged={again} onSaid={setSaid} />
      </div>
      <Panel title="Why" note={story && `transaction ${story.decision.transactionId}`}>
        {failure && <Empty>{failure}</Empty>}
        {story && <Story story={story} />}
      </Panel>
      <AlertSurroundings file={file} />
      <Toast said={said} onGone={gone} />
    </div>
  );
}
