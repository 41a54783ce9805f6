// Versions of the catalogue: who wrote and moved each, what it says otherwise, the way back, and the document as a file.
import { Button, FileButton } from '@mantine/core';
import { useState } from 'react';
import type { CatalogueVersion } from '../../../src/protocol/catalogue.ts';
import type { CatalogueDocument } from '../../../src/protocol/catalogue-document.ts';
import { dateTime } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { actions, type Column, Table } from '../kit/table.tsx';
import { ApiProblem, call, useAnswer } from '../live/desk.ts';
import { ChangeTable } from './changes.tsx';
import { differencesOf } from './differences.ts';
import { type WholeDocument, whole } from './document.ts';
import { changed, type Draft } from './draft.ts';
import { PlacedProblems } from './placed-problems.tsx';

type Refused = {
  readonly document: unknown;
  readonly problem: string;
  readonly places: ApiProblem['problems'];
};

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = globalThis.document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

async function exportVersion(version: number): Promise<void> {
  const { document } = await call('getCatalogueVersion', { params: { version } });
  download(`${JSON.stringify(document, undefined, 2)}\n`, `catalogue-${version}.json`);
}

export function Versions({ draft }: { readonly draft: Draft }) {
  const { catalogue, mayEdit, isHidden } = draft;
  const [compared, setCompared] = useState<number>();
  const [refused, setRefused] = useState<Refused>();
  const fail = (error: Error): void => draft.say({ text: error.message, bad: true });
  const rows = catalogue && allOf(catalogue.versions, catalogue.live);
  async function importFile(file: File | null): Promise<void> {
    setRefused(undefined);
    if (!file) return;
    let document: unknown;
    try {
      document = JSON.parse(await file.text());
      await draft.save(() => whole(document as CatalogueDocument), `${file.name} is the draft now.`);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const places = error instanceof ApiProblem ? error.problems : [];
      setRefused({ document, problem: `${file.name} was not taken: ${problem}`, places });
    }
  }
  async function goBack({ version }: CatalogueVersion): Promise<void> {
    const seen = catalogue?.draft?.version ?? null;
    await call('beginCatalogueDraft', { params: { version }, body: { seen } });
    changed();
    draft.say({ text: `The draft is as version ${version} was.` });
  }
  return (
    <Panel
      title="Versions"
      note={
        mayEdit && (
          <FileButton accept="application/json,.json" onChange={(file) => void importFile(file)}>
            {(button) => (
              <Button {...button} size="compact-xs" variant="default">
                Import a file …
              </Button>
            )}
          </FileButton>
        )
      }
    >
      {refused && (
        <>
          <Problem text={refused.problem} />
          <PlacedProblems problems={refused.places} document={refused.document} />
        </>
      )}
      {!rows && <Empty>Loading …</Empty>}
      <Table
        label="Versions of the catalogue"
        rows={rows}
        rowKey={({ version }) => version}
        columns={[
          ...COLUMNS,
          actions<CatalogueVersion>((one) => (
            <span className="filters end">
              {!isHidden && (
                <>
                  {one.state !== 'live' && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-expanded={compared === one.version}
                      onClick={() => setCompared(compared === one.version ? undefined : one.version)}
                    >
                      {compared === one.version ? 'Hide difference' : 'Difference to live'}
                    </Button>
                  )}
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Export version ${one.version}`}
                    onClick={() => void exportVersion(one.version).catch(fail)}
                  >
                    Export
                  </Button>
                </>
              )}
              {mayEdit && one.state === 'retired' && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Draft from it: version ${one.version}`}
                  onClick={() => void goBack(one).catch(fail)}
                >
                  Draft from it
                </Button>
              )}
            </span>
          )),
        ]}
        below={({ version }) =>
          compared === version && catalogue && <Difference version={version} live={catalogue.live.version} />
        }
      />
    </Panel>
  );
}

/** The program's own catalogue is a version, too. */
function allOf(versions: readonly CatalogueVersion[], live: CatalogueVersion): readonly CatalogueVersion[] {
  if (live.version === 0) return [...versions, live];
  const program: CatalogueVersion = {
    ...live,
    version: 0,
    state: 'retired',
    author: 'Goshawk',
    note: null,
    createdAt: null,
    movedBy: null,
    movedAt: null,
    servedAt: null,
    problem: null,
    disabled: [],
    filledFrom: [],
  };
  return [...versions, program];
}

const COLUMNS: readonly Column<CatalogueVersion>[] = [
  { title: 'Version', cell: ({ version }) => (version === 0 ? '0, of the program' : version) },
  {
    title: 'State',
    hint: ({ problem }) => problem,
    cell: ({ state, problem }) => (
      <>
        <span className={`state ${state}`}>{state}</span>
        {problem !== null && <span className="overdue"> cannot be used</span>}
      </>
    ),
  },
  {
    title: 'Written',
    className: 'hide-small',
    cell: ({ author, createdAt }) => (createdAt ? `${author}, ${dateTime(createdAt)}` : author),
  },
  {
    title: 'Moved',
    className: 'hide-small muted',
    cell: ({ movedBy, movedAt }) => (movedBy && movedAt ? `${movedBy}, ${dateTime(movedAt)}` : ''),
  },
  { title: 'Note', className: 'hide-small muted', hint: ({ note }) => note, cell: ({ note }) => note ?? '' },
];

function Difference(props: { readonly version: number; readonly live: number }) {
  const one = useDocument(props.version);
  const live = useDocument(props.live);
  if (!one || !live) return <Empty>Loading …</Empty>;
  return <ChangeTable changes={differencesOf(live, one)} />;
}

function useDocument(version: number): WholeDocument | undefined {
  const { data } = useAnswer('getCatalogueVersion', { params: { version } });
  return data && whole(data.document);
}
