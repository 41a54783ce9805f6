// Rules in a table: what each does, what it held for, what it costs.
import type { Rule } from '../../../src/protocol/rules.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { ShareCell, type ShareOf } from '../kit/share.tsx';
import { type Column, Table } from '../kit/table.tsx';

const ACTION_WORDS = {
  approve: '✓ Approve',
  review: '◆ Review',
  decline: '✕ Decline',
  tag: '# Tag',
} as const;

function ActionTag(props: { readonly action: Rule['action'] }) {
  return (
    <span className={`tag ${props.action === 'tag' ? 'plain' : props.action}`}>
      {ACTION_WORDS[props.action]}
    </span>
  );
}

/** What is old enough for its label and has none is genuine, as for models. */
const precisionOf = ({ hits }: Rule): ShareOf => ({ hits: hits?.matureFrauds ?? 0, of: hits?.mature ?? 0 });
const precision = (rule: Rule): number | undefined => {
  const { hits, of } = precisionOf(rule);
  return of > 0 ? hits / of : undefined;
};

function State({ rule }: { readonly rule: Rule }) {
  return (
    <>
      <span className={`state ${rule.state}`}>{rule.state}</span>
      {rule.costs?.suspended && (
        <span className="overdue"> left out: {rule.costs.suspendedBecause ?? 'costs too much'}</span>
      )}
    </>
  );
}

function columns(counted: number): readonly Column<Rule>[] {
  return [
    { title: 'Priority', right: true, cell: ({ priority }) => priority, sortBy: ({ priority }) => priority },
    {
      title: 'Rule',
      cell: ({ id, version }) => (
        <>
          {id} <span className="muted">v{version}</span>
        </>
      ),
      sortBy: ({ id, version }) => `${id} ${version}`,
    },
    { title: 'Then', cell: ({ action }) => <ActionTag action={action} />, sortBy: ({ action }) => action },
    { title: 'State', cell: (rule) => <State rule={rule} />, sortBy: ({ state }) => state },
    {
      title: 'Because',
      className: 'hide-small',
      cell: ({ text }) => text ?? <Hidden what="The reason" />,
    },
    {
      title: 'Hits',
      about: `Among the newest ${count(counted)} decisions`,
      right: true,
      cell: ({ hits }) => (hits ? count(hits.count) : '–'),
      sortBy: ({ hits }) => hits?.count,
    },
    {
      title: 'Precision',
      about:
        'Frauds among the hits that are old enough for their labels; what has none by then is taken as genuine',
      right: true,
      cell: (rule) => <ShareCell share={precisionOf(rule)} />,
      sortBy: precision,
    },
    {
      title: 'Cost',
      right: true,
      className: 'hide-small',
      cell: ({ costs }) => (costs?.meanMicros == null ? '–' : `${costs.meanMicros.toFixed(1)} µs`),
      sortBy: ({ costs }) => costs?.meanMicros,
    },
    {
      title: 'Errors',
      right: true,
      hint: ({ costs }) => costs?.lastError,
      cell: ({ costs }) => (
        <span className={costs && costs.errors > 0 ? 'overdue' : undefined}>
          {costs ? count(costs.errors) : '–'}
        </span>
      ),
      sortBy: ({ costs }) => costs?.errors,
    },
  ];
}

export function RuleTable(props: {
  readonly rules: readonly Rule[] | undefined;
  readonly counted: number;
  readonly open: string | undefined;
}) {
  const change = useChangeSearch<'/rules'>();
  return (
    <Table
      label="Rules"
      rows={props.rules}
      rowKey={({ id, version }) => `${id} ${version}`}
      columns={columns(props.counted)}
      mark={({ id }) => ({ isCurrent: props.open === id })}
      onOpen={({ id }) => change({ rule: id })}
      empty="No rules. The score decides alone until you write one."
    />
  );
}
