// What is pinned of each form: its version and a hash of what it looks like. `npm run pin` writes it down as it is now.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Form, wireForms } from './forms.ts';

export const PINS = join(import.meta.dirname, '../fixtures/wire/pins.json');
export type Pins = Readonly<Record<string, { readonly version: string; readonly sha256: string }>>;

export const readPins = (): Pins => JSON.parse(readFileSync(PINS, 'utf8')) as Pins;

export const pinOf = ({ version, looks }: Form): Pins[string] => ({
  version,
  sha256: createHash('sha256').update(looks).digest('hex'),
});

if (process.argv[1] === import.meta.filename) {
  const forms = await wireForms();
  const pins = Object.fromEntries(Object.entries(forms).map(([name, form]) => [name, pinOf(form)]));
  writeFileSync(PINS, `${JSON.stringify(pins, undefined, 2)}\n`);
  console.log(`${PINS}: ${Object.keys(pins).length} forms`);
}
