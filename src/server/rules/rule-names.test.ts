import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WHOLE } from '../../domain/sight.ts';
import { STANDARD } from '../../features/standard.ts';
import { ruleNames } from './rule-names.ts';

test('R1 each name has the type that an expression has it with', () => {
  const list = { name: 'blocked', kind: 'ip', purpose: 'block', note: 'case 12', entries: 3 } as const;
  const types = new Map(ruleNames([list], WHOLE, STANDARD).map(({ name, type }) => [name, type]));
  assert.deepEqual(
    [
      'features.amount',
      'transaction.statedAmount',
      'transaction.hour',
      'transaction.merchant.id',
      'score',
      'sanctionMatch(name)',
      'inList("blocked", …)',
    ].map((name) => types.get(name)),
    ['double', 'double', 'int', 'string', 'double', 'function', 'list'],
  );
});
