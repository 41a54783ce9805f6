// Lists that rules ask: block, allow and watch lists with their entries, and sanctions lists for screening names.
import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { EntryList } from '../../../src/protocol/lists.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { outdated, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { Proposals } from '../proposals/index.ts';
import { EntriesPanel } from './entries-panel.tsx';
import { ImportsUnderWay } from './imports-under-way.tsx';
import { ListTable } from './list-table.tsx';
import { NewList } from './new-list.tsx';
import { SanctionsPanel } from './sanctions-panel.tsx';

export function Lists() {
  const { list: open } = useSearch({ from: '/lists' });
  const change = useChangeSearch<'/lists'>();
  const { data, problem } = useAnswer('listLists', {}, 15_000);
  const may = useMay('edit_lists');
  const sees = useMay('read_identifiers');
  const [making, setMaking] = useState(false);
  const [changes, setChanges] = useState(0);
  const [decided, setDecided] = useState(0);
  const lists = data?.lists ?? [];
  return (
    <>
      {may && (
        <Proposals
          of="lists"
          stamp={changes}
          onDecided={() => {
            outdated('listLists', 'listEntries');
            setDecided((before) => before + 1);
          }}
        />
      )}
      <div className="grid">
        <Panel
          title="Lists"
          note={
            may && (
              <Button size="compact-xs" onClick={() => setMaking(true)}>
                New list …
              </Button>
            )
          }
        >
          <Problem text={problem} />
          <ListTable lists={lists} open={open} />
          {data && lists.length === 0 && <Empty>No lists yet.</Empty>}
        </Panel>
        <SanctionsPanel sources={data?.sources ?? []} may={may} sees={sees} />
      </div>
      {may && <ImportsUnderWay />}
      {open !== undefined && (
        <Opened
          // What was said of a change that waited is over once that is decided.
          key={`${open} ${decided}`}
          name={open}
          list={lists.find(({ name }) => name === open)}
          may={may}
          sees={sees}
          onChanged={() => setChanges((before) => before + 1)}
        />
      )}
      {making && (
        <NewList
          onClose={() => setMaking(false)}
          onMade={(name) => {
            setMaking(false);
            outdated('listLists');
            change({ list: name });
          }}
        />
      )}
    </>
  );
}

function Opened(props: {
  readonly name: string;
  /** Undefined where there is none of that name. */
  readonly list: EntryList | undefined;
  readonly may: boolean;
  readonly sees: boolean;
  readonly onChanged: () => void;
}) {
  const { name, list, may, sees, onChanged } = props;
  if (!sees) {
    return (
      <Panel title={name}>
        <Empty>Who may not see identifiers sees no entries.</Empty>
      </Panel>
    );
  }
  return list ? <EntriesPanel name={name} may={may} needsTwo={list.needsTwo} onChanged={onChanged} /> : null;
}
