// Putting the draft into service.
import { Textarea } from '@mantine/core';
import { FormDialog } from '../kit/dialog.tsx';
import { useSentForm } from '../kit/form.ts';
import { call } from '../live/desk.ts';
import { summaryOf } from './changes.tsx';
import { type Draft, wentLive } from './draft.ts';
import { filledText } from './filled.ts';

export function GoLive(props: {
  readonly draft: Draft;
  readonly version: number;
  readonly onClose: () => void;
}) {
  const { draft, version, onClose } = props;
  const { check, catalogue } = draft;
  const form = useSentForm({
    initial: { note: '' },
    async send({ note }) {
      const body = { version, state: 'live' as const, ...(note.trim() !== '' && { note: note.trim() }) };
      const moved = await call('moveCatalogue', { body });
      wentLive();
      draft.say({
        text:
          moved.state === 'live'
            ? `Version ${version} decides from the next transaction on.`
            : `Version ${version} is being filled; it decides as soon as it is whole.`,
      });
      onClose();
    },
  });
  return (
    <FormDialog title={`Put version ${version} live`} form={form} action="Put live" onClose={onClose}>
      <p>
        {check ? (summaryOf(check.changes) ?? 'Nothing is another') : '…'}. It decides from the next batch on,
        without a restart; the version that serves now stays one step away.
      </p>
      {check && check.newHistories.length > 0 && (
        <p>
          Histories that are not kept yet{' '}
          {check.newHistories.every(({ filled }) => filled)
            ? 'are filled with what was before, while decisions go on'
            : 'begin empty'}
          : {filledText(check.newHistories)}.
        </p>
      )}
      {catalogue?.fourEyes && (
        <p className="muted">Whoever wrote a version may not put it live: somebody else has to.</p>
      )}
      <Textarea label="Note" description="For the audit trail" size="xs" rows={2} {...form.field('note')} />
    </FormDialog>
  );
}
