// The narrative of a case: what a report says of it in words.
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Hidden } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import type { CaseWork } from './case-work.ts';

export function Narrative(props: { readonly work: CaseWork }) {
  const { file, mayChange, change, run } = props.work;
  const { narrative } = file.case;
  const [draft, setDraft] = useState<string>();
  return (
    <Panel title="Narrative" note="what happened, who, when, how, and why it is suspicious">
      {narrative === null ? (
        <Hidden what="The narrative" />
      ) : (
        <Textarea
          aria-label="Narrative"
          autosize
          minRows={6}
          readOnly={!mayChange}
          value={draft ?? narrative}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
      )}
      {mayChange && narrative !== null && (
        <div className="actions">
          <Button
            size="xs"
            disabled={draft === undefined || draft === narrative}
            onClick={() => run(change({ action: 'edit', narrative: draft }).then(() => setDraft(undefined)))}
          >
            Save
          </Button>
        </div>
      )}
    </Panel>
  );
}
