// Rules: what is in service and what it does, drafts, and the workshop of one rule.
import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useChangeSearch } from '../kit/change-search.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { RuleTable } from './rule-table.tsx';
import { RuleWorkshop } from './rule-workshop.tsx';

export function Rules() {
  const { rule: open } = useSearch({ from: '/rules' });
  const change = useChangeSearch<'/rules'>();
  const { data, problem } = useAnswer('listRules', {}, 10_000);
  const may = useMay('edit_rules');
  const [retired, setRetired] = useState(false);
  const rules = data?.rules ?? [];
  const shown = rules
    .filter(({ state }) => retired || state !== 'retired')
    .sort((a, b) => a.priority - b.priority || a.id.localeCompare(b.id) || b.version - a.version);
  return (
    <>
      {open !== undefined && data && (
        <RuleWorkshop id={open} versions={rules.filter(({ id }) => id === open)} fourEyes={data.fourEyes} />
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
              <Button size="compact-xs" onClick={() => change({ rule: 'new' })}>
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
        <RuleTable rules={shown} counted={data?.counted ?? 0} open={open} />
        {data && shown.length === 0 && <Empty>No rules. The score decides alone until you write one.</Empty>}
      </Panel>
    </>
  );
}
