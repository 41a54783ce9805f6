// Lists in a table: what each is of, what it is for, and how rules name it.
import type { EntryList } from '../../../src/protocol/lists.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count } from '../kit/format.ts';
import { Scroll } from '../kit/parts.tsx';

const PURPOSE_WORDS = { block: '✕ block', allow: '✓ allow', watch: '◆ watch' } as const;

export function ListTable(props: {
  readonly lists: readonly EntryList[];
  readonly open: string | undefined;
}) {
  const change = useChangeSearch<'/lists'>();
  return (
    <Scroll label="Lists">
      <table className="rows">
        <thead>
          <tr>
            <th>List</th>
            <th>Of</th>
            <th>To</th>
            <th className="right">Entries</th>
            <th className="hide-small">In a rule</th>
          </tr>
        </thead>
        <tbody>
          {props.lists.map((list) => (
            <tr
              key={list.name}
              tabIndex={0}
              aria-current={props.open === list.name ? 'true' : undefined}
              onClick={() => change({ list: list.name })}
              onKeyDown={(event) => event.key === 'Enter' && change({ list: list.name })}
            >
              <td title={list.note}>{list.name}</td>
              <td>{list.kind}</td>
              <td>
                {PURPOSE_WORDS[list.purpose]}
                {list.needsTwo && <span className="muted"> · by two</span>}
              </td>
              <td className="right">{count(list.entries)}</td>
              <td className="muted hide-small">inList("{list.name}", …)</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
