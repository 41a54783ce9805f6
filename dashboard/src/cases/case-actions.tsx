// What can be done with a case as a whole: taking it, and ending it by one or two people.
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { CASE_OUTCOMES, type CaseOutcome } from '../../../src/domain/case.ts';
import { words } from '../kit/format.ts';
import { useMe } from '../live/me.ts';
import type { CaseWork } from './case-work.ts';

/** The buttons by which a case ends. */
function Ending(props: { readonly work: CaseWork }) {
  const { file, change, run } = props.work;
  const { case: of, fourEyes } = file;
  const [chosen, setChosen] = useState<CaseOutcome>();
  const outcome = chosen ?? of.outcome;
  return (
    <>
      <Select
        size="xs"
        w={150}
        aria-label="How it ended"
        placeholder="How it ended"
        value={outcome}
        onChange={(value) => setChosen(CASE_OUTCOMES.find((one) => one === value))}
        data={CASE_OUTCOMES.map((value) => ({ value, label: words(value) }))}
      />
      {fourEyes && of.status === 'open' && (
        <Button
          size="xs"
          disabled={chosen === undefined}
          onClick={() => chosen && run(change({ action: 'propose', outcome: chosen }))}
          title="Somebody else then closes it"
        >
          Propose to close
        </Button>
      )}
      {(!fourEyes || of.status === 'proposed') && (
        <Button
          size="xs"
          disabled={outcome === null}
          onClick={() => outcome && run(change({ action: 'close', outcome }))}
        >
          Close the case
        </Button>
      )}
      {of.status === 'proposed' && (
        <Button size="xs" variant="default" onClick={() => run(change({ action: 'reopen' }))}>
          Send back
        </Button>
      )}
    </>
  );
}

export function CaseActions(props: { readonly work: CaseWork }) {
  const { file, may, mayChange, change, run } = props.work;
  const { me } = useMe();
  if (!may) return null;
  if (!mayChange) {
    return (
      <Button size="xs" variant="default" onClick={() => run(change({ action: 'reopen' }))}>
        Reopen
      </Button>
    );
  }
  const self = me?.actor?.id;
  const mine = file.case.assignee?.id === self;
  return (
    <div className="filters">
      <Button
        size="xs"
        variant="default"
        onClick={() => run(change({ action: 'assign', ...(!mine && { assignee: self }) }))}
      >
        {mine ? 'Release' : 'Take it'}
      </Button>
      <span className="bar" aria-hidden="true" />
      <Ending work={props.work} />
    </div>
  );
}
