// Features in a table: what each is, whose history it reads, who uses it, and what it costs.
import { useChangeSearch } from '../kit/change-search.ts';
import { count, percent, words } from '../kit/format.ts';
import { type Column, LongTable } from '../kit/long-table.tsx';
import type { FeatureRow } from './feature-rows.ts';
import { spanWords } from './feature-words.ts';

const ROW_PX = 34;
const MOST_SHOWN = 16;
const HEAD_PX = 32;

export const micros = (value: number | null | undefined): string =>
  value == null ? '–' : `${value < 0.095 ? value.toFixed(2) : value.toFixed(1)} µs`;

const usedBy = ({ served }: FeatureRow): string => {
  if (!served) return '';
  const { rules, models } = served;
  return [
    rules.length > 0 && `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`,
    models.length > 0 && `${models.length} ${models.length === 1 ? 'model' : 'models'}`,
  ]
    .filter(Boolean)
    .join(', ');
};

const CHANGE_WORDS = { added: 'new', changed: 'changed', removed: 'taken out' } as const;

export function Marks({ row }: { readonly row: FeatureRow }) {
  return (
    <>
      {row.change !== undefined && <span className="state draft">{CHANGE_WORDS[row.change]}</span>}
      {row.served?.disabled && <span className="state shadow">off</span>}
    </>
  );
}

const columns = (counted: number): readonly Column<FeatureRow>[] => [
  {
    title: 'Feature',
    className: 'c-name',
    hint: ({ name }) => name,
    cell: (row) => (
      <>
        {words(row.name)} <Marks row={row} />
      </>
    ),
  },
  {
    title: 'What it is',
    className: 'c-about muted',
    hint: ({ description }) => description,
    cell: ({ description }) => description ?? 'hidden from your role',
  },
  { title: 'Entity', className: 'c-entity', cell: ({ entity }) => entity },
  { title: 'Window', className: 'c-window', cell: ({ window }) => (window ? spanWords(window) : '') },
  {
    title: 'Used by',
    className: 'c-used muted',
    hint: ({ served }) => served && [...served.rules, ...served.models].join(', '),
    cell: usedBy,
  },
  {
    title: 'Known',
    about: `Share of the newest ${count(counted)} transactions where it has a value`,
    className: 'c-known',
    right: true,
    cell: ({ known }) => (known === undefined ? '–' : percent(known, 0)),
  },
  {
    title: 'Cost',
    about: 'What a transaction takes for it, in this process',
    className: 'c-cost',
    right: true,
    cell: ({ served }) => micros(served?.meanMicros),
  },
];

export function FeatureTable(props: {
  readonly rows: readonly FeatureRow[];
  readonly rowsCounted: number;
  readonly open: string | undefined;
  readonly empty: string;
}) {
  const { rows, open } = props;
  const change = useChangeSearch<'/data'>();
  return (
    <LongTable
      label="Features"
      className="features"
      rows={rows}
      rowHeight={ROW_PX}
      height={HEAD_PX + ROW_PX * Math.max(3, Math.min(rows.length, MOST_SHOWN))}
      rowKey={({ name }) => name}
      columns={columns(props.rowsCounted)}
      mark={({ name, change: changed, served }) => ({
        isCurrent: name === open,
        isFaded: changed === 'removed' || served?.disabled === true,
      })}
      onOpen={({ name }) => change({ part: 'features', feature: name, edit: undefined })}
      empty={props.empty}
    />
  );
}
