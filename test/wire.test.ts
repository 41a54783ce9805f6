// The wire is pinned: what outlives a process does not change its form under the same version.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeMessage } from '../src/stream/message-codec.ts';
import { decodeRecord } from '../src/stream/record-codec.ts';
import { wireForms } from './wire/forms.ts';
import { pinOf, readPins } from './wire/pins.ts';

const SAMPLES = join(import.meta.dirname, 'fixtures/wire');

test('W15 a form that outlives a process changes with its version alone', async () => {
  const pins = readPins();
  const forms = await wireForms();
  const wrong = Object.entries(forms).flatMap(([name, form]) => {
    const now = pinOf(form);
    const before = pins[name];
    if (!before) return [`${name} is new: run npm run pin.`];
    if (before.sha256 === now.sha256 && before.version === now.version) return [];
    return before.version === now.version
      ? [
          `${name} looks otherwise than before, and is still called ${now.version}: raise its version (${form.where}), ` +
            'keep reading the one before, keep a sample of it in test/fixtures/wire, and run npm run pin.',
        ]
      : [
          `${name} is ${now.version} now: keep a sample of ${before.version} in test/fixtures/wire, and run npm run pin.`,
        ];
  });
  const gone = Object.keys(pins).filter((name) => !forms[name]);
  assert.deepEqual([...wrong, ...gone.map((name) => `${name} is gone: is nobody left who has one?`)], []);
});

/** Samples of forms as programs of before wrote them: a line each. */
const samples = (begin: string): { readonly name: string; readonly lines: readonly string[] }[] =>
  readdirSync(SAMPLES)
    .filter((name) => name.startsWith(begin))
    .map((name) => ({ name, lines: readFileSync(join(SAMPLES, name), 'utf8').trim().split('\n') }));

test('W15 messages and records of versions before are read', () => {
  for (const { name, lines } of samples('messages-')) {
    for (const line of lines) {
      const message = decodeMessage(Buffer.from(line));
      assert.ok(['decision', 'event', 'label', 'dead-letter', 'claim'].includes(message.kind), name);
    }
  }
  for (const { name, lines } of samples('records-')) {
    for (const line of lines) {
      const { kind, key, value } = JSON.parse(line) as { kind: string; key: string; value: object };
      const decoded = decodeRecord(
        {
          offset: 1,
          timestampMs: Date.UTC(2026, 10, 1),
          key: Buffer.from(key),
          value: Buffer.from(JSON.stringify(value)),
          headers: new Map([['kind', kind]]),
        },
        { nowMs: Date.UTC(2026, 10, 1) },
      );
      assert.ok(decoded.ok, `${name}: ${JSON.stringify(decoded)}`);
    }
  }
});
