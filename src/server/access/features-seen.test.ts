import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Concept } from '../../domain/concept.ts';
import { type Sight, WHOLE } from '../../domain/sight.ts';
import { conceptSeen } from './features-seen.ts';

const MASKED: Sight = { kind: 'masked', token: () => '••••', attributeSeenAs: () => 'hidden' };
const OWN = 'customer_payees_7d';
const CONCEPT: Concept = {
  concept: 'payee',
  contribution: 1.5,
  told: [
    { text: 'nobody has paid this payee before', features: ['counterparty_age_days'] },
    { text: 'Ann of the trust office paid 9 payees', features: [OWN] },
  ],
};

test('X7 Y15 O14: of a composed sentence, what own features say is for whoever sees identifiers; others see their names', () => {
  const whole = conceptSeen(CONCEPT, WHOLE);
  assert.equal(whole.text, 'Nobody has paid this payee before; Ann of the trust office paid 9 payees');
  const masked = conceptSeen(CONCEPT, MASKED);
  assert.deepEqual(masked, {
    concept: 'payee',
    contribution: 1.5,
    text: `Nobody has paid this payee before; feature ${OWN}`,
    features: ['counterparty_age_days', OWN],
  });
  // What people call a concept of theirs is a text of theirs.
  assert.equal(conceptSeen({ ...CONCEPT, concept: 'Ann’s payees' }, MASKED).concept, 'your own');
  assert.deepEqual(conceptSeen({ concept: 'Ann’s payees', contribution: -1 }, WHOLE), {
    concept: 'Ann’s payees',
    contribution: -1,
    text: null,
    features: [],
  });
});
