// What people noted of a case.
import { Panel } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { NewNote, Notes } from '../notes/index.ts';
import type { CaseWork } from './case-work.ts';

export function CaseNotes({ work }: { readonly work: CaseWork }) {
  return (
    <Panel title="Notes">
      <Notes notes={work.file.notes} />
      {work.may && (
        <NewNote
          action="Add note"
          add={(body) =>
            call('addNoteToCase', { params: { id: work.file.case.id }, body }).then(work.lookAgain)
          }
        />
      )}
    </Panel>
  );
}
