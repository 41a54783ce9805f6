// The versions of a rule: where each stands, how it is moved, and what it says otherwise than the editor.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Rule } from '../../../src/protocol/rules.ts';
import { dateTime } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { Table } from '../kit/table.tsx';
import { RuleDifference } from './rule-difference.tsx';
import { draftOf, type RuleDraft } from './rule-draft.ts';

const MOVES = [
  { state: 'shadow', label: 'To shadow' },
  { state: 'live', label: 'Go live' },
  { state: 'retired', label: 'Retire' },
] as const;
export type RuleMove = (typeof MOVES)[number]['state'];

export function RuleVersions(props: {
  /** Newest first. */
  readonly versions: readonly Rule[];
  readonly draft: RuleDraft;
  readonly fourEyes: boolean;
  readonly mayMove: boolean;
  readonly hidden: boolean;
  readonly onMove: (rule: Rule, state: RuleMove) => void;
}) {
  const { versions, hidden } = props;
  const [compared, setCompared] = useState<number>();
  const other = versions.find(({ version }) => version === compared);
  return (
    <>
      <h3>Versions</h3>
      {props.fourEyes && (
        <p className="muted">Whoever wrote a version may not put it live: somebody else has to.</p>
      )}
      <Table
        label="Versions of the rule"
        rows={versions}
        rowKey={({ version }) => version}
        columns={[
          { cell: ({ version }) => `v${version}` },
          { cell: ({ state }) => <span className={`state ${state}`}>{state}</span> },
          { className: 'hide-small', cell: (rule) => <WhoseVersion rule={rule} /> },
          {
            right: true,
            cell: (rule) => (
              <>
                {props.mayMove &&
                  MOVES.filter(({ state }) => state !== rule.state).map(({ state, label }) => (
                    <Button
                      key={state}
                      size="compact-xs"
                      variant="default"
                      mr={6}
                      onClick={() => props.onMove(rule, state)}
                    >
                      {label}
                    </Button>
                  ))}
                <Button
                  size="compact-xs"
                  variant="default"
                  disabled={hidden}
                  title={hidden ? NOT_SHOWN : undefined}
                  onClick={() => setCompared(compared === rule.version ? undefined : rule.version)}
                >
                  {compared === rule.version ? 'Hide difference' : 'Difference to the editor'}
                </Button>
              </>
            ),
          },
        ]}
      />
      {other && <RuleDifference before={draftOf(other)} after={props.draft} />}
    </>
  );
}

function WhoseVersion({ rule }: { readonly rule: Rule }) {
  return (
    <>
      {rule.author}, {dateTime(rule.createdAt)}
      {rule.movedBy && rule.movedAt && (
        <span className="muted">
          {' '}
          · moved by {rule.movedBy}, {dateTime(rule.movedAt)}
        </span>
      )}
    </>
  );
}
