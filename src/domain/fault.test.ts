import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecordFault, RecordError, reasonOf } from './fault.ts';

const withCode = (code: unknown, error = new Error('x')): Error => Object.assign(error, { code });

test('K2 what the same record would meet again is its own fault; everything else is taken for the machine’s', () => {
  const own = [
    ...['22003', '22021', '22P05', '23505', '23502', '21000', '54000', '54011'].map((code) => withCode(code)),
    new TypeError('cannot read properties of undefined'),
    new RangeError('Invalid time value'),
    new SyntaxError('Unexpected token'),
    withCode('ERR_INVALID_ARG_TYPE', new TypeError('must be a string')),
    new RecordError('too large'),
  ];
  const machine = [
    ...[
      '08006',
      '53100',
      '53200',
      '57P01',
      '57014',
      '58030',
      '40001',
      '40P01',
      '25006',
      '42P01',
      'XX000',
    ].map((code) => withCode(code)),
    ...['ECONNRESET', 'ENOSPC', 'EIO', 'EMFILE', 'ETIMEDOUT'].map((code) => withCode(code)),
    withCode('ENOSPC', new RangeError('disk')),
    new RangeError('Array buffer allocation failed'),
    new RangeError('WebAssembly.Memory(): out of memory'),
    new Error('connection terminated unexpectedly'),
    withCode(40001),
    'a text',
    undefined,
  ];
  for (const error of own) assert.equal(isRecordFault(error), true, reasonOf(error));
  for (const error of machine) assert.equal(isRecordFault(error), false, reasonOf(error));
});

test('K2 a reason is one line of bounded length, whatever the error says', () => {
  assert.equal(reasonOf(new TypeError('a\u0000b\n\ud800c')), 'TypeError: a b c');
  assert.equal(reasonOf(new Error('x'.repeat(10_000))).length, 300);
  assert.equal(reasonOf(7), '7');
});
