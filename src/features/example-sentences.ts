// What an analyst would read of own features: their sentences of an example value.
import type { Catalogue, CatalogueFeature } from './catalogue.ts';
import { STANDARD } from './standard.ts';

const EXAMPLES: Readonly<Record<string, number>> = {
  '0 or 1': 1,
  share: 0.25,
  ratio: 2.5,
  'standard deviations': 2.5,
  'log-odds of fraud': -4,
  'major units': 120,
  km: 350,
  'km/h': 900,
  seconds: 5400,
};
const USUAL = 3;

const exampleOf = ({ unit }: CatalogueFeature): number => EXAMPLES[unit] ?? USUAL;

export type ExampleSentence = { readonly name: string; readonly text: string };

export function exampleSentences({ features, place }: Catalogue): readonly ExampleSentence[] {
  const look = (name: string): number => {
    const slot = place(name);
    return slot === undefined ? Number.NaN : exampleOf(features[slot]);
  };
  return features
    .filter(({ name }) => STANDARD.place(name) === undefined)
    .map((feature) => ({ name: feature.name, text: feature.say(exampleOf(feature), look, 'EUR') }));
}
