// People who were erased: who asked, when, what stands in their place, how much of what; and erasing one.
import { ACCOUNT_FIELD } from '../../../src/domain/erasure.ts';
import type { Erasure } from '../../../src/protocol/erasures.ts';
import { dateTime, utc } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import { Counts } from './counts.tsx';
import { ErasePerson } from './erase-person.tsx';
import { STEP_WORDS } from './words.ts';

const UNDER_WAY_MS = 1000;
const CALM_MS = 15_000;

/** What a person may be named by at this desk. */
function useNameFields() {
  const { data: catalogue } = useAnswer('getCatalogue', {});
  const version = catalogue?.live.version;
  const { data: live } = useAnswer(
    'getCatalogueVersion',
    version === undefined ? undefined : { params: { version } },
  );
  const own = live?.document?.data?.fields ?? [];
  return [
    { value: ACCOUNT_FIELD, label: 'Account' },
    ...own.filter(({ personal }) => personal).map(({ name }) => ({ value: name, label: name })),
  ];
}

export function Erasures() {
  const fields = useNameFields();
  const { data: first } = useAnswer('listErasures', {});
  const isUnderWay = first?.items.some(({ doneAt }) => doneAt === null) ?? false;
  const { data, problem } = useAnswer('listErasures', {}, isUnderWay ? UNDER_WAY_MS : CALM_MS);
  return (
    <>
      <ErasePerson fields={fields} />
      <Panel title="Erasures" note="Whom they were of is kept nowhere">
        <Problem text={problem} />
        <Table
          label="Erasures"
          rows={data?.items}
          rowKey={({ id }) => id}
          columns={COLUMNS}
          empty="Nobody was erased yet."
        />
      </Panel>
    </>
  );
}

const COLUMNS: readonly Column<Erasure>[] = [
  { title: 'No.', right: true, cell: ({ id }) => id },
  { title: 'Reference', cell: ({ reference }) => reference },
  {
    title: 'Asked',
    hint: ({ askedAt }) => utc(askedAt),
    cell: ({ askedAt, askedBy }) => (
      <>
        {dateTime(askedAt)} <span className="muted">by {askedBy}</span>
      </>
    ),
  },
  {
    title: 'Done',
    hint: ({ trouble }) => trouble,
    cell: ({ doneAt, step, trouble }) =>
      doneAt === null ? (
        <span className={trouble === null ? 'muted' : 'overdue'}>
          {trouble === null ? `under way: ${STEP_WORDS[step]}` : `▲ ${trouble}; tried again`}
        </span>
      ) : (
        dateTime(doneAt)
      ),
  },
  {
    title: 'In the trail',
    about: 'What stands for them in the audit trail; in what stays of their records another token does',
    cell: ({ token }) => <code>{token}</code>,
  },
  { title: 'Went', className: 'long', width: 260, cell: ({ counts }) => <Counts counts={counts} /> },
];
