import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sight, WHOLE } from '../../domain/sight.ts';
import { STANDARD } from '../../features/standard.ts';
import { topReasonSeen } from './rows.ts';

const MASKED: Sight = { kind: 'masked', token: () => '••••', attributeSeenAs: () => 'hidden' };
const OWN = 'customer_devices_7d';
const TEXT = 'Ann of the trust office used 9 devices';
const PROGRAM = STANDARD.features[0].name;

test('Y15 O4: of a stored alert, the sentence of an own feature is shown to whoever may see identifiers alone, like that of a rule', () => {
  const cases = [
    { topRule: 'new_device', topFeature: undefined, seen: 'Rule new_device' },
    { topRule: undefined, topFeature: OWN, seen: `Feature ${OWN}` },
    { topRule: undefined, topFeature: PROGRAM, seen: TEXT },
    // From before it was kept which rule, or which feature, a reason is of.
    { topRule: '', topFeature: '', seen: undefined },
    { topRule: undefined, topFeature: '', seen: undefined },
  ];
  for (const { seen, ...alert } of cases) {
    assert.equal(topReasonSeen({ topReason: TEXT, ...alert }, MASKED), seen);
    assert.equal(topReasonSeen({ topReason: TEXT, ...alert }, WHOLE), TEXT);
  }
  const none = { topReason: undefined, topRule: undefined, topFeature: undefined };
  assert.equal(topReasonSeen(none, MASKED), undefined);
});
