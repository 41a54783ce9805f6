// One rule: its condition and what follows, tried on the past, and moved from draft to shadow to live.
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { RULE_ACTIONS, type RuleAction } from '../../../src/domain/decision.ts';
import type { Rule, RuleCheck, RuleFiled } from '../../../src/protocol/rules.ts';
import { dateTime } from '../kit/format.ts';
import { Hidden, NOT_SHOWN } from '../kit/hidden.tsx';
import { Panel, Problem } from '../kit/parts.tsx';
import { tell } from '../live/api.ts';
import { useMay } from '../live/me.ts';
import { setQuery } from '../live/route.ts';
import { BacktestPanel } from './backtest-panel.tsx';
import { forgetNames, RuleEditor } from './rule-editor.tsx';

const NEW = 'new';
const ACTION_CHOICES = [
  { value: 'review', label: 'send to review' },
  { value: 'decline', label: 'decline' },
  { value: 'approve', label: 'approve' },
  { value: 'tag', label: 'only tag' },
] as const;

type Draft = { id: string; expression: string; action: RuleAction; text: string; priority: number };
/** What is hidden is not edited: who may write rules sees them. */
const draftOf = (rule: Rule): Draft => ({
  ...rule,
  expression: rule.expression ?? '',
  text: rule.text ?? '',
});
const EMPTY: Draft = { id: '', expression: '', action: 'review', text: '', priority: 50 };

/** Lines of two texts: taken out, put in, the same; longest common subsequence. */
function diffLines(
  before: string,
  after: string,
): { readonly mark: '-' | '+' | ' '; readonly text: string }[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: { mark: '-' | '+' | ' '; text: string }[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i] });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push({ mark: '-', text: a[i++] });
    } else lines.push({ mark: '+', text: b[j++] });
  }
  return lines;
}

export function RuleWorkshop(props: {
  readonly id: string;
  /** Newest first; none for a new rule. */
  readonly versions: readonly Rule[];
  readonly fourEyes: boolean;
  readonly onChanged: () => void;
}) {
  const { versions } = props;
  const edits = useMay('edit_rules');
  const approves = useMay('approve_rules');
  const [newest] = versions;
  const [draft, setDraft] = useState<Draft>(newest ? draftOf(newest) : EMPTY);
  const [check, setCheck] = useState<RuleCheck>();
  const [problem, setProblem] = useState<string>();
  const [said, setSaid] = useState<string>();
  const [compared, setCompared] = useState<string | null>(null);
  const isNew = props.id === NEW;
  const hidden = newest !== undefined && newest.expression === null;
  const newestKey = newest ? `${newest.id} ${newest.version}` : '';
  // What was said of a rule that has just got its name stays; another rule begins afresh.
  const justNamed = useRef(false);
  useEffect(() => {
    if (!justNamed.current) {
      setSaid(undefined);
      setProblem(undefined);
    }
    justNamed.current = false;
    setCompared(null);
    if (props.id === NEW) setDraft(EMPTY);
  }, [props.id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version that came is shown; one's own typing stays
  useEffect(() => {
    if (newest) setDraft(draftOf(newest));
    forgetNames();
  }, [newestKey]);
  const changed =
    !newest ||
    draft.expression !== newest.expression ||
    draft.action !== newest.action ||
    draft.text !== newest.text ||
    draft.priority !== newest.priority;
  const set = (more: Partial<Draft>): void => setDraft((now) => ({ ...now, ...more }));

  async function run(work: () => Promise<string>): Promise<void> {
    setProblem(undefined);
    setSaid(undefined);
    try {
      setSaid(await work());
    } catch (error) {
      setProblem((error as Error).message);
    }
    props.onChanged();
  }
  const save = (): Promise<void> =>
    run(async () => {
      const { id, expression, action, text, priority } = draft;
      const filed = await tell<RuleFiled>('/v1/rules', {
        id: isNew ? id : props.id,
        expression,
        action,
        text,
        priority,
      });
      if (isNew) {
        justNamed.current = true;
        setQuery({ rule: filed.id });
      }
      return `Version ${filed.version} is a draft.`;
    });
  const move = (rule: Rule, state: 'shadow' | 'live' | 'retired'): Promise<void> =>
    run(async () => {
      await tell(`/v1/rules/${rule.id}/${rule.version}/state`, { state });
      return `Version ${rule.version} is ${state} from the next decision on.`;
    });
  const other = versions.find(({ version }) => String(version) === compared);
  return (
    <Panel
      title={isNew ? 'New rule' : props.id}
      note={
        <Button size="compact-xs" variant="default" onClick={() => setQuery({ rule: undefined })}>
          Close
        </Button>
      }
    >
      <div className="workshop" data-testid="workshop">
        <div style={{ minWidth: 0 }}>
          <span className="muted">When</span>
          {hidden ? (
            <p>
              <Hidden what="The condition" />
            </p>
          ) : (
            <RuleEditor
              value={draft.expression}
              readOnly={!edits}
              onChange={(expression) => set({ expression })}
              onCheck={setCheck}
            />
          )}
          <p
            hidden={hidden}
            className={check && !check.ok && draft.expression !== '' ? 'problem' : 'muted'}
            role="status"
          >
            {check === undefined || draft.expression === ''
              ? 'Ctrl Space lists every name with its meaning.'
              : check.ok
                ? `✓ In order; reads ${[...check.features, ...check.lists.map((list) => `list ${list}`)].join(', ') || 'the transaction alone'}.`
                : `✕ ${check.message}`}
          </p>
          {edits && !hidden && <BacktestPanel expression={draft.expression} ready={check?.ok === true} />}
        </div>
        <div className="workshop-side">
          {isNew && (
            <TextInput
              label="Name"
              description="Small letters, digits, hyphens"
              size="xs"
              required
              value={draft.id}
              onChange={(event) =>
                set({ id: event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-') })
              }
            />
          )}
          <Select
            label="Then"
            size="xs"
            readOnly={!edits}
            data={ACTION_CHOICES.map((choice) => ({ ...choice }))}
            value={draft.action}
            allowDeselect={false}
            onChange={(value) => set({ action: RULE_ACTIONS.find((action) => action === value) ?? 'review' })}
          />
          <TextInput
            label="Because"
            description={hidden ? NOT_SHOWN : 'What the analyst reads'}
            size="xs"
            required
            readOnly={!edits || hidden}
            value={draft.text}
            onChange={(event) => set({ text: event.currentTarget.value })}
          />
          <NumberInput
            label="Priority"
            description="1 is the most important"
            size="xs"
            min={1}
            max={1000}
            readOnly={!edits}
            value={draft.priority}
            onChange={(value) => set({ priority: Number(value) || 50 })}
          />
          {edits && !hidden && (
            <Button
              size="xs"
              disabled={
                !changed ||
                check?.ok !== true ||
                draft.text.trim() === '' ||
                (isNew && (draft.id === '' || draft.id === NEW))
              }
              onClick={() => void save()}
            >
              Save as draft
            </Button>
          )}
          {said && (
            <p className="muted" role="status">
              {said}
            </p>
          )}
          <Problem text={problem} />
        </div>
      </div>
      {versions.length > 0 && (
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
                    {rule.author}, {dateTime(rule.createdAt)}
                    {rule.movedBy && rule.movedAt && (
                      <span className="muted">
                        {' '}
                        · moved by {rule.movedBy}, {dateTime(rule.movedAt)}
                      </span>
                    )}
                  </td>
                  <td className="right">
                    {approves && rule.state !== 'shadow' && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        mr={6}
                        onClick={() => void move(rule, 'shadow')}
                      >
                        To shadow
                      </Button>
                    )}
                    {approves && rule.state !== 'live' && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        mr={6}
                        onClick={() => void move(rule, 'live')}
                      >
                        Go live
                      </Button>
                    )}
                    {approves && rule.state !== 'retired' && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        mr={6}
                        onClick={() => void move(rule, 'retired')}
                      >
                        Retire
                      </Button>
                    )}
                    <Button
                      size="compact-xs"
                      variant="default"
                      disabled={hidden}
                      title={hidden ? NOT_SHOWN : undefined}
                      onClick={() =>
                        setCompared(compared === String(rule.version) ? null : String(rule.version))
                      }
                    >
                      {compared === String(rule.version) ? 'Hide difference' : 'Difference to the editor'}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {other && (
            <pre className="diff">
              {diffLines(
                `then ${other.action}, priority ${other.priority}, because ${other.text ?? ''}\n${other.expression ?? ''}`,
                `then ${draft.action}, priority ${draft.priority}, because ${draft.text}\n${draft.expression}`,
              ).map(({ mark, text }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
                <div key={i} className={mark === '+' ? 'plus' : mark === '-' ? 'minus' : ''}>
                  {mark} {text}
                </div>
              ))}
            </pre>
          )}
        </>
      )}
    </Panel>
  );
}
