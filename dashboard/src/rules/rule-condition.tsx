// The condition of a rule: the editor, what a check says of it, and trying it on the past.
import { useState } from 'react';
import type { RuleCheck } from '../../../src/protocol/rules.ts';
import { Hidden } from '../kit/hidden.tsx';
import { BacktestPanel } from './backtest-panel.tsx';
import { RuleEditor } from './rule-editor.tsx';

const inOrder = (features: readonly string[], lists: readonly string[]): string =>
  `✓ In order; reads ${[...features, ...lists.map((list) => `list ${list}`)].join(', ') || 'the transaction alone'}.`;

function CheckLine({ check }: { readonly check: RuleCheck | undefined }) {
  return (
    <p className={check?.ok === false ? 'problem' : 'muted'} role="status">
      {check === undefined
        ? 'Ctrl Space lists every name with its meaning.'
        : check.ok
          ? inOrder(check.features, check.lists)
          : `✕ ${check.message}`}
    </p>
  );
}

export function RuleCondition(props: {
  readonly expression: string;
  readonly hidden: boolean;
  readonly mayEdit: boolean;
  readonly onChange: (expression: string) => void;
  /** Whether it can be a rule. */
  readonly onCheck: (isInOrder: boolean) => void;
}) {
  const { expression, mayEdit } = props;
  const [check, setCheck] = useState<RuleCheck>();
  return (
    <div style={{ minWidth: 0 }}>
      <span className="muted">When</span>
      {props.hidden ? (
        <p>
          <Hidden what="The condition" />
        </p>
      ) : (
        <>
          <RuleEditor
            value={expression}
            readOnly={!mayEdit}
            onChange={props.onChange}
            onCheck={(next) => {
              setCheck(next);
              props.onCheck(next?.ok === true);
            }}
          />
          <CheckLine check={expression === '' ? undefined : check} />
          {mayEdit && <BacktestPanel expression={expression} ready={check?.ok === true} />}
        </>
      )}
    </div>
  );
}
