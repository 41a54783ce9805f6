// What is in a list: looked through, put in and taken out, one at a time or by a file.
import { Button, FileButton, TextInput } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EntriesImported } from '../../../src/protocol/lists.ts';
import { count } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { call, outdated } from '../live/desk.ts';
import { waitsForSecond } from '../proposals/index.ts';
import { EntryForm } from './entry-form.tsx';
import { EntryTable } from './entry-table.tsx';
import { SaidLine, useSaid } from './said.tsx';

function importedText({ added, changed, refused, problems: [first] }: EntriesImported): string {
  const why = first ? ` (line ${first.line}: ${first.problem})` : '';
  return `${count(added)} added, ${count(changed)} changed, ${count(refused)} refused${why}`;
}

function ImportButton(props: { readonly onFile: (file: File) => void }) {
  return (
    <FileButton accept=".csv,text/csv" onChange={(file) => file && props.onFile(file)}>
      {(button) => (
        <Button {...button} size="xs" variant="default" title="A line an entry: value, when it ends, note">
          Import CSV …
        </Button>
      )}
    </FileButton>
  );
}

export function EntriesPanel(props: {
  readonly name: string;
  readonly may: boolean;
  /** Live rules approve by it, and two people are asked for. */
  readonly needsTwo: boolean;
  readonly onChanged: () => void;
}) {
  const { name, may, needsTwo } = props;
  const [search, setSearch] = useState('');
  const { said, run, say } = useSaid();
  const params = { name };
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['listEntries', name, search],
    queryFn: ({ pageParam, signal }) =>
      call('listEntries', { params, query: { after: pageParam, search }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const changed = (): void => {
    outdated('listEntries', 'listLists');
    props.onChanged();
  };
  const change = (work: Promise<string>): void => void run(work).finally(changed);
  const put = (text: string): void => {
    say(text);
    changed();
  };
  const take = async (value: string): Promise<string> =>
    waitsForSecond(await call('takeEntries', { params, body: { values: [value] } })) ??
    `${value} is out of the list.`;
  const read = async (file: File): Promise<string> =>
    importedText(await call('importEntries', { params, type: 'text/csv', body: file }));
  return (
    <Panel
      title={name}
      note={
        <span className="filters">
          <TextInput
            size="xs"
            aria-label="Search entries"
            placeholder="Search"
            onKeyDown={(event) => event.key === 'Enter' && setSearch(event.currentTarget.value.trim())}
          />
          {may && !needsTwo && <ImportButton onFile={(file) => change(read(file))} />}
        </span>
      }
    >
      {may && <EntryForm list={name} onPut={put} />}
      {needsTwo && (
        <p className="muted">
          Live rules approve by this list: a change takes effect when somebody else approves it. Files are not
          taken.
        </p>
      )}
      <SaidLine said={said} />
      <Problem text={error?.message} />
      {data && entries.length === 0 && <Empty>{search ? 'No entry fits.' : 'The list is empty.'}</Empty>}
      {entries.length > 0 && (
        <EntryTable entries={entries} mayTake={may} onTake={(value) => change(take(value))} />
      )}
      {hasNextPage && (
        <Button size="xs" variant="default" mt={8} onClick={() => void fetchNextPage()}>
          More
        </Button>
      )}
    </Panel>
  );
}
