// Rules in a table: what each does, what it held for, what it costs.
import type { Rule } from '../../../src/protocol/rules.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, percent } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Scroll } from '../kit/parts.tsx';

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

export function RuleTable(props: {
  readonly rules: readonly Rule[];
  readonly counted: number;
  readonly open: string | undefined;
}) {
  const { rules, counted, open } = props;
  const change = useChangeSearch<'/rules'>();
  return (
    <Scroll label="Rules">
      <table className="rows">
        <thead>
          <tr>
            <th className="right">Priority</th>
            <th>Rule</th>
            <th>Then</th>
            <th>State</th>
            <th className="hide-small">Because</th>
            <th className="right" title={`Among the newest ${count(counted)} decisions`}>
              Hits
            </th>
            <th className="right" title="Frauds among labelled hits">
              Precision
            </th>
            <th className="right hide-small">Cost</th>
            <th className="right">Errors</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr
              key={`${rule.id} ${rule.version}`}
              tabIndex={0}
              aria-current={open === rule.id ? 'true' : undefined}
              onClick={() => change({ rule: rule.id })}
              onKeyDown={(event) => event.key === 'Enter' && change({ rule: rule.id })}
            >
              <td className="right">{rule.priority}</td>
              <td>
                {rule.id} <span className="muted">v{rule.version}</span>
              </td>
              <td>
                <ActionTag action={rule.action} />
              </td>
              <td>
                <span className={`state ${rule.state}`}>{rule.state}</span>
                {rule.costs?.suspended && (
                  <span className="overdue">
                    {' '}
                    left out: {rule.costs.suspendedBecause ?? 'costs too much'}
                  </span>
                )}
              </td>
              <td className="hide-small">{rule.text ?? <Hidden what="The reason" />}</td>
              <td className="right">{rule.hits ? count(rule.hits.count) : '–'}</td>
              <td className="right">
                {rule.hits && rule.hits.labelled > 0
                  ? percent(rule.hits.frauds / rule.hits.labelled, 0)
                  : '–'}
              </td>
              <td className="right hide-small">
                {rule.costs?.meanMicros == null ? '–' : `${rule.costs.meanMicros.toFixed(1)} µs`}
              </td>
              <td
                className={`right ${rule.costs && rule.costs.errors > 0 ? 'overdue' : ''}`}
                title={rule.costs?.lastError ?? ''}
              >
                {rule.costs ? count(rule.costs.errors) : '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
