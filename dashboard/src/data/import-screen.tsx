// Data → Import: a file is dropped, adjusted, tried and imported; fields of one's own go into the draft on the way.
import { Button, FileButton } from '@mantine/core';
import { type DragEvent, useState } from 'react';
import type { ImportedFile } from '../../../src/protocol/file-imports.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { call, outdated, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { put, type WholeDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { descriptionOf, isPersonal } from './field-words.ts';
import { FileAdjusted } from './import-file.tsx';
import { type Mapping, ownFields } from './import-mapping.ts';
import { ImportReport, ImportsBefore } from './import-report.tsx';

const LOOK_MS = 700;
const LATER_MS = 10_000;

/** A file with what somebody made of it. */
type Adjusting = {
  readonly file: ImportedFile;
  readonly mapping: Mapping;
  readonly declare: ReadonlySet<string>;
  readonly said: ReadonlySet<string>;
};

const begun = (file: ImportedFile): Adjusting => {
  const mapping = file.detection?.mapping ?? {};
  return { file, mapping, declare: new Set(ownFields(mapping).map(({ name }) => name)), said: new Set() };
};

const toggled = (set: ReadonlySet<string>, name: string, on: boolean): ReadonlySet<string> => {
  const next = new Set(set);
  if (on) next.add(name);
  else next.delete(name);
  return next;
};

/** Fields that are to be declared and are not yet, as a change of the draft. */
function declaring(document: WholeDocument | undefined, { mapping, declare }: Adjusting) {
  const known = new Set(document?.data.fields.map(({ name }) => name));
  const fields = ownFields(mapping).filter(({ name }) => declare.has(name) && !known.has(name));
  const change = (before: WholeDocument): WholeDocument =>
    fields.reduce(
      (next, { name, type }) =>
        put('fields', { name, type, description: descriptionOf(name), personal: isPersonal(type) })(next),
      before,
    );
  return { fields, change };
}

export function ImportScreen({ draft }: { readonly draft: Draft }) {
  const may = useMay('decide');
  const [adjusting, setAdjusting] = useState<Adjusting>();
  const [problem, setProblem] = useState<string>();
  const [taking, setTaking] = useState(false);
  const [importId, setImportId] = useState<string>();
  const all = useAnswer('listFileImports', may ? {} : undefined, LATER_MS);
  const running = all.data?.imports.find(({ state }) => state === 'running')?.id;
  const shownId = importId ?? running;
  const job = useAnswer(
    'getFileImport',
    shownId === undefined ? undefined : { params: { id: shownId } },
    LOOK_MS,
  );
  const isBusy = taking || job.data?.state === 'running';

  const orTold = (work: Promise<unknown>): void => {
    setProblem(undefined);
    work.catch((error: Error) => setProblem(error.message));
  };
  async function take(given: File): Promise<void> {
    setTaking(true);
    setImportId(undefined);
    try {
      const query = { name: given.name };
      setAdjusting(begun(await call('takeFile', { query, body: given, type: 'application/octet-stream' })));
    } finally {
      setTaking(false);
    }
  }
  async function begin(trial: boolean): Promise<void> {
    if (!adjusting) return;
    const { file, mapping } = adjusting;
    if (!trial && draft.mayEdit) {
      const { fields, change } = declaring(draft.document, adjusting);
      const words = `${fields.length} ${fields.length === 1 ? 'field is' : 'fields are'} declared in the draft.`;
      if (fields.length > 0) await draft.save(change, words);
    }
    const body = { ...(file.detection && { mapping: JSON.stringify(mapping) }), trial };
    const { id } = await call('importFile', { params: { id: file.id }, body });
    setImportId(id);
    outdated('listFileImports');
  }
  const cancel = async (): Promise<void> => {
    if (shownId !== undefined) await call('cancelFileImport', { params: { id: shownId } });
    outdated('getFileImport', 'listFileImports');
  };

  if (!may)
    return (
      <Panel title="Import a file">
        <Empty>Whoever may send transactions can import files.</Empty>
      </Panel>
    );
  return (
    <>
      <Problem text={problem ?? all.problem} />
      {job.data && <ImportReport one={job.data} onCancel={() => orTold(cancel())} />}
      {adjusting ? (
        <FileAdjusted
          {...adjusting}
          mayDeclare={draft.mayEdit}
          busy={isBusy}
          onMapping={(mapping) => setAdjusting((now) => now && { ...now, mapping })}
          onDeclare={(name, on) =>
            setAdjusting((now) => now && { ...now, declare: toggled(now.declare, name, on) })
          }
          onSaid={(pointer, isNothing) =>
            setAdjusting((now) => now && { ...now, said: toggled(now.said, pointer, isNothing) })
          }
          onTry={() => orTold(begin(true))}
          onImport={() => orTold(begin(false))}
          onDrop={() => {
            setAdjusting(undefined);
            setImportId(undefined);
          }}
        />
      ) : (
        <DropPlace taking={taking} onFile={(file) => orTold(take(file))} />
      )}
      {!adjusting && <ImportsBefore imports={all.data?.imports} />}
    </>
  );
}

function DropPlace(props: { readonly taking: boolean; readonly onFile: (file: File) => void }) {
  const { taking, onFile } = props;
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !taking) onFile(file);
  };
  return (
    <Panel title="Import a file">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same for the keyboard */}
      <div
        className={`drop-place ${isOver ? 'over' : ''}`}
        data-testid="drop-place"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p>
          <b>{taking ? 'Reading …' : 'Drop a file of payments here'}</b>
        </p>
        <p className="muted">
          CSV, or a line of JSON each; plain or gzip. Nothing is sent before you have seen what will become of
          it.
        </p>
        <FileButton onChange={(file) => file && onFile(file)}>
          {(button) => (
            <Button {...button} size="xs" loading={taking}>
              Choose a file …
            </Button>
          )}
        </FileButton>
      </div>
    </Panel>
  );
}
