// One rule: its condition and what follows, tried on the past, and moved from draft to shadow to live.
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Rule } from '../../../src/protocol/rules.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { needed, type SentForm, useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { Panel, Problem } from '../kit/parts.tsx';
import { call, outdated } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { RuleCondition } from './rule-condition.tsx';
import { differs, draftOf, EMPTY_DRAFT, type RuleDraft } from './rule-draft.ts';
import { RuleFields } from './rule-fields.tsx';
import { type RuleMove, RuleVersions } from './rule-versions.tsx';

const NEW = 'new';

type Filed = Pick<Rule, 'id' | 'version'>;

/** What is being written: a version that came is shown. */
function useDraft(
  id: string,
  newest: Rule | undefined,
  onFiled: (filed: Filed) => void,
): SentForm<RuleDraft> {
  const form = useSentForm<RuleDraft>({
    initial: newest ? draftOf(newest) : EMPTY_DRAFT,
    rules: {
      text: needed('Say what the analyst is to read.'),
      ...(id === NEW && {
        id: (name) => (name === NEW ? 'Give it another name.' : needed('Give it a name.')(name)),
      }),
    },
    send: async (draft) => onFiled(await call('fileRule', { body: id === NEW ? draft : { ...draft, id } })),
  });
  const newestKey = newest ? `${newest.id} ${newest.version}` : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another rule replaces what was typed
  useEffect(() => {
    if (id === NEW) form.begin(EMPTY_DRAFT);
  }, [id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a version that came replaces what was typed
  useEffect(() => {
    if (newest) form.begin(draftOf(newest));
    // Lists may have come since.
    outdated('listRuleNames');
  }, [newestKey]);
  return form;
}

/** What is said of a version that was saved or moved. */
function useActs(id: string) {
  const change = useChangeSearch<'/rules'>();
  const [said, setSaid] = useState<{ readonly text?: string; readonly problem?: string }>({});
  // What was said of a rule that has just got its name stays; another rule begins afresh.
  const justNamed = useRef<string>(undefined);
  useEffect(() => {
    if (justNamed.current !== id) setSaid({});
    justNamed.current = undefined;
  }, [id]);
  const filed = (rule: Filed): void => {
    setSaid({ text: `Version ${rule.version} is a draft.` });
    if (id === NEW) {
      justNamed.current = rule.id;
      change({ rule: rule.id });
    }
    outdated('listRules');
  };
  const move = async ({ id, version }: Rule, state: RuleMove): Promise<void> => {
    setSaid({});
    await call('moveRule', { params: { id, version }, body: { state } }).then(
      () => setSaid({ text: `Version ${version} is ${state} from the next decision on.` }),
      (error: Error) => setSaid({ problem: error.message }),
    );
    outdated('listRules');
  };
  return { said, filed, move };
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
  const { said, filed, move } = useActs(id);
  const form = useDraft(id, newest, filed);
  const { fields } = form;
  const draft = fields.values;
  const [isInOrder, setInOrder] = useState(false);
  const isNew = id === NEW;
  const hidden = newest !== undefined && newest.expression === null;
  const isReady = isInOrder && (newest ? differs(draft, newest) : true);
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
          onChange={(expression) => fields.setFieldValue('expression', expression)}
          onCheck={setInOrder}
        />
        <Form form={form} className="workshop-side">
          <RuleFields form={form} isNew={isNew} hidden={hidden} mayEdit={mayEdit} />
          {mayEdit && !hidden && (
            <SendButton form={form} disabled={!isReady}>
              Save as draft
            </SendButton>
          )}
          <FormProblem form={form} />
          {said.text && (
            <p className="muted" role="status">
              {said.text}
            </p>
          )}
          <Problem text={said.problem} />
        </Form>
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
