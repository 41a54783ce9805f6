// An editor for expressions in CEL: colours, completion of every name with its meaning, and faults where they are.
import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

export type { Diagnostic };

/** A name that can be written, with what it is. */
export type CelName = {
  readonly name: string;
  readonly type: string;
  readonly about: string;
  /** What is written instead of the name. */
  readonly apply?: string;
};

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
  '.cm-content': {
    fontFamily: 'ui-monospace, monospace',
    minHeight: 'var(--cel-height, 96px)',
    caretColor: 'currentColor',
  },
  '.cm-placeholder': { color: 'var(--muted)' },
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

const completing = (names: () => Promise<readonly CelName[]>) => async (context: CompletionContext) => {
  const word = context.matchBefore(/[\w.]+/);
  if (!word && !context.explicit) return null;
  return {
    from: word?.from ?? context.pos,
    options: (await names()).map(({ name, type, about, apply }) => ({
      label: name,
      detail: type,
      info: about,
      type: type === 'function' || type === 'list' ? 'function' : 'property',
      apply: apply ?? name,
    })),
    validFor: /^[\w.]*$/,
  };
};

const CHECKED_AFTER_MS = 300;

export function CelEditor(props: {
  readonly label: string;
  readonly value: string;
  readonly readOnly?: boolean;
  /** What stands there while it is empty. */
  readonly example: string;
  readonly names: () => Promise<readonly CelName[]>;
  readonly onChange: (value: string) => void;
  /** What is wrong, and where. */
  readonly check?: (expression: string) => Promise<readonly Diagnostic[]>;
}) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const hear = useRef(props);
  hear.current = props;
  const { readOnly = false } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; values come to it below
  useEffect(() => {
    if (!place.current) return;
    const check = async (editor: EditorView): Promise<readonly Diagnostic[]> =>
      (await hear.current.check?.(editor.state.doc.toString())) ?? [];
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
          EditorView.contentAttributes.of({ 'aria-label': props.label }),
          EditorView.editable.of(!readOnly),
          placeholder(props.example),
          autocompletion({ override: [completing(() => hear.current.names())], activateOnTyping: true }),
          linter(check, { delay: CHECKED_AFTER_MS }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) hear.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [readOnly]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } });
  }, [props.value]);
  return <div ref={place} />;
}
