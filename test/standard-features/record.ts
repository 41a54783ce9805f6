// What a catalogue's features are over a stream, in short: a hash of all bits, some vectors, and hashes of histories and sentences.
import { createHash } from 'node:crypto';
import type { Catalogue } from '../../src/features/catalogue.ts';
import { type FeatureState, tablesOf } from '../../src/features/feature-state.ts';
import { type Kind, steps } from './stream.ts';

export type Recorded = Kind & {
  readonly vectors: string;
  readonly histories: string;
  /** Every so many-th vector; null where a value is missing. */
  readonly samples: readonly (readonly (number | null)[])[];
};

const SAMPLED = 250;

export function recordOf(catalogue: Catalogue, kind: Kind): Recorded {
  const state = catalogue.createState();
  const vector = new Float64Array(catalogue.size);
  const vectors = createHash('sha256');
  const samples: (number | null)[][] = [];
  let at = 0;
  for (const step of steps(kind)) {
    if (step.kind === 'label') catalogue.applyLabel(state, step.label, step.previous);
    else {
      catalogue.observe(state, step.transaction, vector);
      // There are many missing values of one meaning.
      for (let i = 0; i < vector.length; i++) if (Number.isNaN(vector[i])) vector[i] = Number.NaN;
      vectors.update(new Uint8Array(vector.buffer));
      if (at++ % SAMPLED === 0)
        samples.push([...vector].map((value) => (Number.isNaN(value) ? null : value)));
    }
  }
  return { ...kind, vectors: vectors.digest('hex'), histories: historiesHash(state), samples };
}

function historiesHash(state: FeatureState): string {
  const hash = createHash('sha256');
  for (const [store, table] of tablesOf(state)) {
    const entries = Array.from({ length: table.size }, (_, entry) => entry);
    const keys = entries.map((entry) => table.keyOf(entry));
    for (const entry of entries.toSorted((a, b) => (keys[a] < keys[b] ? -1 : 1))) {
      const from = table.offsetOf(entry);
      hash.update(`${store} ${keys[entry]} `);
      hash.update(table.chunkOf(entry).bytes.subarray(from, from + table.payloadLength(entry)));
    }
  }
  return hash.digest('hex');
}

const VALUES = [Number.NaN, 0, 0.3, 1, 1.5, 2, 6.25, 7, 12, 48, 90, 899, 901, 1234.567, 1e7];
const BELOW_ZERO = [-1, -3.5, -5, -10];
const IS_TRUTH = '0 or 1';

/** Every sentence with values of all sizes, by feature. */
export function sentencesOf({ features }: Catalogue): Record<string, string> {
  return Object.fromEntries(
    features.map(({ name, unit, say }) => {
      const values = unit === IS_TRUTH ? VALUES : [...VALUES, ...BELOW_ZERO];
      const all = values.flatMap((value) =>
        [Number.NaN, 0, 5, 1000].flatMap((other) =>
          ['EUR', 'JPY'].map((currency) => say(value, () => other, currency)),
        ),
      );
      return [name, createHash('sha256').update(all.join('\n')).digest('hex').slice(0, 16)];
    }),
  );
}
