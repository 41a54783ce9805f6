// What a version of a rule says otherwise than what is being written.
import type { RuleDraft } from './rule-draft.ts';

type Line = { readonly mark: '-' | '+' | ' '; readonly text: string };
const CLASSES = { '+': 'plus', '-': 'minus', ' ': '' } as const;

/** Lines of two texts: taken out, put in, the same; longest common subsequence. */
function diffLines(before: string, after: string): Line[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines: Line[] = [];
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

const told = ({ action, priority, text, expression }: RuleDraft): string =>
  `then ${action}, priority ${priority}, because ${text}\n${expression}`;

export function RuleDifference(props: { readonly before: RuleDraft; readonly after: RuleDraft }) {
  return (
    <pre className="diff">
      {diffLines(told(props.before), told(props.after)).map(({ mark, text }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
        <div key={i} className={CLASSES[mark]}>
          {mark} {text}
        </div>
      ))}
    </pre>
  );
}
