// The editor of a rule's condition: the names that rules see, and what a check says where it is.
import type { RuleCheck, RuleHint, RuleName } from '../../../src/protocol/rules.ts';
import { CelEditor, type CelName, type Diagnostic } from '../kit/cel-editor.tsx';
import { answers, call } from '../live/desk.ts';

const nameOf = ({ name, type, about }: RuleName): CelName => ({
  name,
  type,
  about,
  ...(name.startsWith('sanctionMatch') && { apply: 'sanctionMatch(transaction.counterpartyName)' }),
});

/** Asked once, and again when they are outdated. */
const knownNames = (): Promise<readonly CelName[]> =>
  answers
    .fetchQuery({
      queryKey: ['listRuleNames'],
      queryFn: () => call('listRuleNames'),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
    })
    .then(
      ({ names }) => names.map(nameOf),
      () => [],
    );

/** A hint at its place; where it says what to write, a button writes it. */
function shown(
  { message, start, end, fix }: RuleHint,
  severity: 'error' | 'warning',
  length: number,
): Diagnostic {
  const from = Math.min(start, length);
  const to = Math.min(Math.max(end, from), length);
  if (!fix) return { from, to, severity, message };
  const name = `Write ${fix.text.length > 60 ? 'it' : fix.text}`;
  return {
    from,
    to,
    severity,
    message,
    actions: [
      {
        name,
        // The place has moved with what was typed since.
        apply: (view, now, until) =>
          view.dispatch({
            changes: { from: fix.start + now - from, to: fix.end + until - to, insert: fix.text },
          }),
      },
    ],
  };
}

export function RuleEditor(props: {
  readonly value: string;
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
  readonly onCheck: (check: RuleCheck | undefined) => void;
}) {
  const check = async (expression: string): Promise<readonly Diagnostic[]> => {
    try {
      const answer = await call('checkRule', { body: { expression } });
      props.onCheck(answer);
      if (expression.trim() === '') return [];
      return answer.ok
        ? answer.warnings.map((hint) => shown(hint, 'warning', expression.length))
        : [shown(answer, 'error', expression.length)];
    } catch {
      props.onCheck(undefined);
      return [];
    }
  };
  return (
    <CelEditor
      label="Condition"
      value={props.value}
      readOnly={props.readOnly}
      example="features.amount > 1000.0 && transaction.hour < 5   (Ctrl Space for names)"
      names={knownNames}
      onChange={props.onChange}
      check={check}
    />
  );
}
