// A catalogue beside the program's own, made by hand: all of its features in another order, and two of own fields.
import type { DataModel } from '../src/domain/data-model.ts';
import type { Catalogue, CatalogueFeature } from '../src/features/catalogue.ts';
import { STANDARD } from '../src/features/standard.ts';

export const OWN_DATA: DataModel = {
  fields: [
    { name: 'customer.segment', type: 'category', description: 'Of the customer', personal: false },
    { name: 'customer.email', type: 'email', description: 'Of the customer', personal: true },
    { name: 'risk.deviceScore', type: 'number', description: 'By the bank', personal: false },
    { name: 'risk.limit', type: 'money', description: 'Of the day', personal: false },
    { name: 'risk.seen', type: 'boolean', description: 'Whether it was seen', personal: false },
    { name: 'risk.since', type: 'time', description: 'Since when', personal: false },
    { name: 'home', type: 'place', description: 'Of the customer', personal: true },
  ],
  entities: [],
  events: [],
  types: [],
  channels: [],
};

const own = (name: string, unit: string): CatalogueFeature => ({
  name,
  group: 'transaction',
  concept: 'your own',
  asks: [],
  unit,
  description: `${name} as it was sent.`,
  missing: 'missing where it is not stated',
  say: (value) => `${name} is ${value}`,
  hash: `own-${name}`,
});

/** The features of `order`, which are the program's own or these two. */
export function catalogueOf(hash: string, order: readonly string[]): Catalogue {
  const ofOwn = [own('risk_device_score', 'points'), own('customer_segment', 'log-odds of fraud')];
  const all = new Map([...STANDARD.features, ...ofOwn].map((feature) => [feature.name, feature]));
  const features = order.flatMap((name) => all.get(name) ?? []);
  const places = new Map(features.map(({ name }, place) => [name, place]));
  const from = features.map(({ name }) => STANDARD.place(name) ?? -1);
  const score = places.get('risk_device_score');
  const segment = places.get('customer_segment');
  const scratch = new Float64Array(STANDARD.size);
  const look: Catalogue['look'] = (state, transaction, out) => {
    STANDARD.look(state, transaction, scratch);
    from.forEach((before, now) => {
      out[now] = before < 0 ? Number.NaN : scratch[before];
    });
    const said = transaction.attributes?.['risk.deviceScore'];
    if (score !== undefined && typeof said === 'number') out[score] = said;
  };
  return {
    ...STANDARD,
    hash,
    data: OWN_DATA,
    features,
    size: features.length,
    place: (name) => places.get(name),
    categories: [
      ...STANDARD.categories.flatMap((category) => {
        const slot = places.get(STANDARD.features[category.slot].name);
        return slot === undefined ? [] : [{ ...category, slot }];
      }),
      ...(segment === undefined
        ? []
        : [
            {
              name: 'customer.segment',
              slot: segment,
              prior: 100,
              delayed: false,
              of: ({ attributes }: Parameters<typeof STANDARD.look>[1]) => {
                const said = attributes?.['customer.segment'];
                return typeof said === 'string' ? said : undefined;
              },
            },
          ]),
    ],
    look,
    observe(state, transaction, out) {
      look(state, transaction, out);
      return STANDARD.keep(state, transaction);
    },
  };
}

const NAMES = STANDARD.features.map(({ name }) => name);
/** Everything, backwards, with own features at both ends. */
export const OTHER = catalogueOf('other', ['customer_segment', ...NAMES.toReversed(), 'risk_device_score']);
