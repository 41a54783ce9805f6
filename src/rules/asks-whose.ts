// Whether an expression asks whose a transaction is, or who is on a list: what it holds for tells that to whoever may count its hits.
import type { ASTNode } from '@marcbachmann/cel-js';
import { ATTRIBUTES } from './own-fields.ts';
import { childrenOf, pathOf } from './syntax.ts';
import { namesOf, READING, type Vocabulary } from './vocabulary.ts';

/** Fields of a transaction that name nobody; whatever else is asked of it may. */
const PLAIN: ReadonlySet<string> = new Set([
  'amount',
  'currency',
  'type',
  'channel',
  'country',
  'hour',
  'relation',
]);

function asks(node: ASTNode, own: ReadonlySet<string>): boolean {
  // A list that is asked for a text of one's own tells whether that stands in it.
  if (node.op === 'call' && node.args[0] === 'inList') return true;
  if (node.op === '.') {
    if (own.has(pathOf(node) ?? '')) return false;
    const [receiver, field] = node.args as [ASTNode, string];
    if (receiver.op === 'id' && receiver.args === 'transaction' && PLAIN.has(field)) return false;
    if (receiver.op === '.' && field === 'mcc') {
      const [below, name] = receiver.args as [ASTNode, string];
      if (below.op === 'id' && below.args === 'transaction' && name === 'merchant') return false;
    }
  }
  if (node.op === 'id' && node.args === 'transaction') return true;
  return childrenOf(node).some((child) => asks(child, own));
}

/** Of an expression that was checked before. Own fields name nobody where they are not personal. */
export function asksWhose(expression: string, vocabulary: Vocabulary): boolean {
  const own = [...namesOf(vocabulary).fields].filter(([, { definition }]) => !definition.personal);
  return asks(READING.parse(expression).ast, new Set(own.map(([path]) => ATTRIBUTES + path)));
}
