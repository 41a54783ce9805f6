// One rule: its condition and what follows, tried on the past, and moved from draft to shadow to live.
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Rule } from '../../../src/protocol/rules.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { call, outdated } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { RuleCondition } from './rule-condition.tsx';
import { differs, draftOf, EMPTY_DRAFT, type RuleDraft } from './rule-draft.ts';
import { RuleFields } from './rule-fields.tsx';
import { type RuleMove, RuleVersions } from './rule-versions.tsx';

const NEW = 'new';

/** What is being written: another version that came is shown; one's own typing stays. */
function useDraft(id: string, newest: Rule | undefined) {
  const [draft, setDraft] = useState<RuleDraft>(newest ? draftOf(newest) : EMPTY_DRAFT);
  const newestKey = newest ? `${newest.id} ${newest.version}` : '';
  useEffect(() => {
    if (id === NEW) setDraft(EMPTY_DRAFT);
  }, [id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a version that came replaces what was typed
  useEffect(() => {
    if (newest) setDraft(draftOf(newest));
    // Lists may have come since.
    outdated('listRuleNames');
  }, [newestKey]);
  const change = (more: Partial<RuleDraft>): void => setDraft((now) => ({ ...now, ...more }));
  return { draft, change };
}

/** Saves and moves versions, and what was said of it. */
function useActs(id: string) {
  const change = useChangeSearch<'/rules'>();
  const [said, setSaid] = useState<{ readonly text?: string; readonly problem?: string }>({});
  // What was said of a rule that has just got its name stays; another rule begins afresh.
  const justNamed = useRef<string>(undefined);
  useEffect(() => {
    if (justNamed.current !== id) setSaid({});
    justNamed.current = undefined;
  }, [id]);
  async function run(work: () => Promise<string>): Promise<void> {
    setSaid({});
    try {
      setSaid({ text: await work() });
    } catch (error) {
      setSaid({ problem: (error as Error).message });
    }
    outdated('listRules');
  }
  const save = (draft: RuleDraft): Promise<void> =>
    run(async () => {
      const filed = await call('fileRule', { body: draft });
      if (id === NEW) {
        justNamed.current = filed.id;
        change({ rule: filed.id });
      }
      return `Version ${filed.version} is a draft.`;
    });
  const move = ({ id, version }: Rule, state: RuleMove): Promise<void> =>
    run(async () => {
      await call('moveRule', { params: { id, version }, body: { state } });
      return `Version ${version} is ${state} from the next decision on.`;
    });
  return { said, save, move };
}

export function RuleWorkshop(props: {
  readonly id: string;
  /** Newest first; none for a new rule. */
  readonly versions: readonly Rule[];
  readonly fourEyes: boolean;
}) {
  const { id, versions } = props;
  const changeSearch = useChangeSearch<'/rules'>();
  const mayEdit = useMay('edit_rules');
  const mayMove = useMay('approve_rules');
  const [newest] = versions;
  const { draft, change } = useDraft(id, newest);
  const { said, save, move } = useActs(id);
  const [isInOrder, setInOrder] = useState(false);
  const isNew = id === NEW;
  const hidden = newest !== undefined && newest.expression === null;
  const isReady =
    isInOrder &&
    draft.text.trim() !== '' &&
    (newest ? differs(draft, newest) : true) &&
    !(isNew && (draft.id === '' || draft.id === NEW));
  return (
    <Panel
      title={isNew ? 'New rule' : id}
      note={
        <Button size="compact-xs" variant="default" onClick={() => changeSearch({ rule: undefined })}>
          Close
        </Button>
      }
    >
      <div className="workshop" data-testid="workshop">
        <RuleCondition
          expression={draft.expression}
          hidden={hidden}
          mayEdit={mayEdit}
          onChange={(expression) => change({ expression })}
          onCheck={setInOrder}
        />
        <div className="workshop-side">
          <RuleFields draft={draft} isNew={isNew} hidden={hidden} mayEdit={mayEdit} onChange={change} />
          {mayEdit && !hidden && (
            <Button size="xs" disabled={!isReady} onClick={() => void save(isNew ? draft : { ...draft, id })}>
              Save as draft
            </Button>
          )}
          {said.text && (
            <p className="muted" role="status">
              {said.text}
            </p>
          )}
          <Problem text={said.problem} />
        </div>
      </div>
      {versions.length > 0 && (
        <RuleVersions
          key={id}
          versions={versions}
          draft={draft}
          fourEyes={props.fourEyes}
          mayMove={mayMove}
          hidden={hidden}
          onMove={(rule, state) => void move(rule, state)}
        />
      )}
    </Panel>
  );
}
