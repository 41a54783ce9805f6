// Which rules in service read a list, by the rules as they are understood and not as they are written; and whether a change of it
// needs a second person, because it approves.
import type { Office } from '../../ports/office/office.ts';
import { listsRead } from '../../rules/check.ts';
import type { Rule } from '../../rules/rule.ts';

const understood = new Map<string, readonly string[]>();
const MAX_REMEMBERED = 1000;

/** The lists that an expression reads. */
function listsOf(expression: string): readonly string[] {
  const known = understood.get(expression);
  if (known) return known;
  const lists = listsRead(expression);
  if (understood.size >= MAX_REMEMBERED) understood.clear();
  understood.set(expression, lists);
  return lists;
}

/** Rules in service that read each list. */
export async function rulesByList({
  rules,
}: Pick<Office, 'rules'>): Promise<ReadonlyMap<string, readonly Rule[]>> {
  const found = new Map<string, Rule[]>();
  for (const rule of await rules.inService()) {
    for (const list of listsOf(rule.expression)) found.set(list, [...(found.get(list) ?? []), rule]);
  }
  return found;
}

/** Lists that a live rule approves by: with four eyes for rules, whoever changes them alone would approve alone. */
export async function listsOfTwo(office: Pick<Office, 'rules' | 'settings'>): Promise<ReadonlySet<string>> {
  const [{ fourEyesRules }, readers] = await Promise.all([office.settings.read(), rulesByList(office)]);
  if (!fourEyesRules) return new Set();
  return new Set(
    [...readers].flatMap(([list, rules]) =>
      rules.some(({ mode, action }) => mode === 'live' && action === 'approve') ? [list] : [],
    ),
  );
}
