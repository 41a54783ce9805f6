// An editor for rules in CEL: colours, completion of every name with its meaning, and faults where they are.
import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import type { RuleCheck, RuleHint, RuleName } from '../../../src/protocol/rules.ts';
import { answers, call } from '../live/desk.ts';

const WORDS = new Set(['true', 'false', 'null', 'in']);
const cel = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?|^'(?:[^'\\]|\\.)*'?/)) return 'string';
    if (stream.match(/^\d+(\.\d+)?/)) return 'number';
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word && word !== true) {
      const [text] = word;
      if (WORDS.has(text)) return 'keyword';
      if (text === 'features' || text === 'transaction' || text === 'score') return 'variableName';
      return stream.match(/^\s*\(/, false) ? 'function' : 'propertyName';
    }
    stream.next();
    return 'operator';
  },
});
const colors = HighlightStyle.define([
  { tag: tags.string, color: 'light-dark(#0b6b3a, #7fd8a4)' },
  { tag: tags.number, color: 'light-dark(#8f5a00, #e6b450)' },
  { tag: tags.keyword, color: 'light-dark(#7a3aa8, #c9a0ee)' },
  { tag: tags.variableName, color: 'light-dark(#0c6458, #7fddc9)' },
  { tag: tags.function(tags.variableName), color: 'light-dark(#2f63c9, #7aa5f5)' },
  { tag: tags.comment, color: 'var(--muted)' },
]);
const look = EditorView.theme({
  '&': {
    fontSize: '13px',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    backgroundColor: 'var(--page)',
    color: 'inherit',
  },
  '&.cm-focused': { outline: '2px solid #159a86' },
  '.cm-content': { fontFamily: 'ui-monospace, monospace', minHeight: '96px', caretColor: 'currentColor' },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel)',
    border: '1px solid var(--line)',
    color: 'inherit',
    maxWidth: '460px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: '#0f7d6e', color: '#ffffff' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'light-dark(#cfe9e3, #1f4a43) !important',
  },
});

/** Asked once, and again when they are outdated. */
const knownNames = (): Promise<readonly RuleName[]> =>
  answers
    .fetchQuery({
      queryKey: ['listRuleNames'],
      queryFn: () => call('listRuleNames'),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
    })
    .then(
      ({ names }) => names,
      () => [],
    );

async function complete(context: CompletionContext) {
  const word = context.matchBefore(/[\w.]+/);
  if (!word && !context.explicit) return null;
  return {
    from: word?.from ?? context.pos,
    options: (await knownNames()).map(({ name, type, about }) => ({
      label: name,
      detail: type,
      info: about,
      type: type === 'function' || type === 'list' ? 'function' : 'property',
      apply: name.startsWith('sanctionMatch') ? 'sanctionMatch(transaction.counterpartyName)' : name,
    })),
    validFor: /^[\w.]*$/,
  };
}

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
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const hear = useRef(props);
  hear.current = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; values come to it below
  useEffect(() => {
    if (!place.current) return;
    const check = async (editor: EditorView): Promise<Diagnostic[]> => {
      const expression = editor.state.doc.toString();
      try {
        const answer = await call('checkRule', { body: { expression } });
        hear.current.onCheck(answer);
        if (expression.trim() === '') return [];
        return answer.ok
          ? answer.warnings.map((hint) => shown(hint, 'warning', expression.length))
          : [shown(answer, 'error', expression.length)];
      } catch {
        hear.current.onCheck(undefined);
        return [];
      }
    };
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: props.value,
        extensions: [
          history(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          cel,
          syntaxHighlighting(colors),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Condition' }),
          EditorView.editable.of(!props.readOnly),
          placeholder('features.amount > 1000.0 && transaction.hour < 5   (Ctrl Space for names)'),
          autocompletion({ override: [complete], activateOnTyping: true }),
          linter(check, { delay: 300 }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) hear.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [props.readOnly]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } });
  }, [props.value]);
  return <div ref={place} />;
}
