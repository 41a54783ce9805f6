import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readClientMessage } from './client-message.ts';

test('A10 what a dashboard says is a message, or the connection ends with a code', () => {
  assert.deepEqual(readClientMessage('{"type":"looking","alert":7}', false), {
    ok: true,
    message: { type: 'looking', alert: 7 },
  });
  assert.deepEqual(readClientMessage(Buffer.from('{"type":"looking","alert":null}'), false), {
    ok: true,
    message: { type: 'looking', alert: null },
  });
  const refused = [
    'null',
    '1',
    '"looking"',
    'true',
    '[]',
    '[{"type":"looking","alert":1}]',
    '{}',
    '',
    '{"type":"looking"}',
    '{"type":"looking","alert":1e400}',
    '{"type":"looking","alert":-1}',
    '{"type":"looking","alert":1.5}',
    '{"type":"looking","alert":9007199254740992}',
    '{"type":"looking","alert":"1"}',
    '{"type":"looking","alert":{}}',
    '{"type":"else","alert":1}',
    '{"type":{},"alert":1}',
    '{"__proto__":{"type":"looking","alert":1}}',
    '{"constructor":{"prototype":{"type":"looking"}},"alert":1}',
    '['.repeat(4096),
    '{"a":'.repeat(800),
  ];
  for (const text of refused) {
    const read = readClientMessage(text, false);
    assert.ok(!read.ok && read.code === 1007, text.slice(0, 60));
    assert.ok(read.reason.length < 120);
  }
  const binary = readClientMessage(Buffer.from('{"type":"looking","alert":1}'), true);
  assert.ok(!binary.ok && binary.code === 1003);
});

test('A10 no frame makes reading throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array(), fc.anything()), (data) => {
      readClientMessage(data, false);
    }),
    { numRuns: 2000 },
  );
});
