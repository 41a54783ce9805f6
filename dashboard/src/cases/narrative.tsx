// The narrative of a case: what a report says of it in words.
import { Textarea } from '@mantine/core';
import { useEffect } from 'react';
import { useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { Hidden } from '../kit/hidden.tsx';
import { Panel } from '../kit/parts.tsx';
import type { CaseWork } from './case-work.ts';

function NarrativeForm(props: { readonly work: CaseWork; readonly narrative: string }) {
  const { work, narrative } = props;
  const form = useSentForm({
    initial: { narrative },
    async send(typed, fields) {
      await work.change({ action: 'edit', ...typed });
      fields.resetDirty(typed);
      work.lookAgain();
    },
  });
  const { fields } = form;
  const isTyped = fields.isDirty();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what somebody else wrote is shown; one's own typing stays
  useEffect(() => {
    if (!isTyped) fields.setValues({ narrative });
    fields.resetDirty({ narrative });
  }, [narrative]);
  return (
    <Form form={form}>
      <Textarea
        aria-label="Narrative"
        autosize
        minRows={6}
        readOnly={!work.mayChange}
        {...form.field('narrative')}
      />
      <FormProblem form={form} />
      {work.mayChange && (
        <div className="actions">
          <SendButton form={form} disabled={!isTyped}>
            Save
          </SendButton>
        </div>
      )}
    </Form>
  );
}

export function Narrative({ work }: { readonly work: CaseWork }) {
  const { narrative } = work.file.case;
  return (
    <Panel title="Narrative" note="what happened, who, when, how, and why it is suspicious">
      {narrative === null ? (
        <Hidden what="The narrative" />
      ) : (
        <NarrativeForm work={work} narrative={narrative} />
      )}
    </Panel>
  );
}
