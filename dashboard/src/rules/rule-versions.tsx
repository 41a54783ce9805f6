// The versions of a rule: where each stands, how it is moved, and what it says otherwise than the editor.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Rule } from '../../../src/protocol/rules.ts';
import { dateTime } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
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
      <table className="rows">
        <tbody>
          {versions.map((rule) => (
            <tr key={rule.version} style={{ cursor: 'default' }}>
              <td>v{rule.version}</td>
              <td>
                <span className={`state ${rule.state}`}>{rule.state}</span>
              </td>
              <td className="hide-small">
                <WhoseVersion rule={rule} />
              </td>
              <td className="right">
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
              </td>
            </tr>
          ))}
        </tbody>
      </table>
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
