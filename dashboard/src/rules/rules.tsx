// Rules: what is in service and what it does, drafts, and the workshop of one rule.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Rule, RuleBook } from '../../../src/protocol/rules.ts';
import { count, percent } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { useAsked } from '../live/use-asked.ts';
import { RuleWorkshop } from './rule-workshop.tsx';

const ACTION_WORDS = {
  approve: '✓ Approve',
  review: '◆ Review',
  decline: '✕ Decline',
  tag: '# Tag',
} as const;

export function ActionTag(props: { readonly action: Rule['action'] }) {
  return (
    <span className={`tag ${props.action === 'tag' ? 'plain' : props.action}`}>
      {ACTION_WORDS[props.action]}
    </span>
  );
}

export function Rules() {
  const { query } = useRoute();
  const { data, problem, again } = useAsked<RuleBook>('/v1/rules', 10_000);
  const may = useMay('edit_rules');
  const [retired, setRetired] = useState(false);
  const open = query.get('rule');
  const rules = data?.rules ?? [];
  const shown = rules
    .filter(({ state }) => retired || state !== 'retired')
    .sort((a, b) => a.priority - b.priority || a.id.localeCompare(b.id) || b.version - a.version);
  return (
    <>
      {open !== null && data && (
        <RuleWorkshop
          id={open}
          versions={rules.filter(({ id }) => id === open)}
          fourEyes={data.fourEyes}
          onChanged={again}
        />
      )}
      <Panel
        title="Rules"
        note={
          <span className="filters">
            <span title="Version of the rules in service">{data?.rulesetVersion}</span>
            <Button size="compact-xs" variant="default" onClick={() => setRetired(!retired)}>
              {retired ? 'Hide retired' : 'Show retired'}
            </Button>
            {may && (
              <Button size="compact-xs" onClick={() => setQuery({ rule: 'new' })}>
                New rule …
              </Button>
            )}
          </span>
        }
      >
        <p className="muted" style={{ marginTop: 0 }}>
          The score decides first; review and decline make it stricter, approve lifts what is less important
          (a larger number). A rule in shadow is counted and changes nothing.
        </p>
        <Problem text={problem} />
        <Scroll label="Rules">
          <table className="rows">
            <thead>
              <tr>
                <th className="right">Priority</th>
                <th>Rule</th>
                <th>Then</th>
                <th>State</th>
                <th className="hide-small">Because</th>
                <th className="right" title={`Among the newest ${count(data?.counted ?? 0)} decisions`}>
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
              {shown.map((rule) => (
                <tr
                  key={`${rule.id} ${rule.version}`}
                  tabIndex={0}
                  aria-current={open === rule.id ? 'true' : undefined}
                  onClick={() => setQuery({ rule: rule.id })}
                  onKeyDown={(event) => event.key === 'Enter' && setQuery({ rule: rule.id })}
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
        {data && shown.length === 0 && <Empty>No rules. The score decides alone until you write one.</Empty>}
      </Panel>
    </>
  );
}
