// Kinds of merchants (ISO 18245 codes) and the merchants themselves, drawn from a seed.
import { createRandom } from '../domain/random.ts';
import { HOME_PLACES, PLACES } from './places.ts';

export type MerchantKind = {
  readonly mcc: string;
  readonly name: string;
  /** Median amount in major units, and the spread of its logarithm. */
  readonly median: number;
  readonly spread: number;
  /** How often people go there. */
  readonly weight: number;
  readonly online: boolean;
  /** How much thieves like it. */
  readonly fraudWeight: number;
};

export type SimulatedMerchant = {
  readonly id: string;
  readonly name: string;
  readonly kind: MerchantKind;
  /** Index into PLACES. */
  readonly place: number;
};

const kind = (
  mcc: string,
  name: string,
  median: number,
  spread: number,
  weight: number,
  online: boolean,
  fraudWeight: number,
): MerchantKind => ({ mcc, name, median, spread, weight, online, fraudWeight });

export const MERCHANT_KINDS: readonly MerchantKind[] = [
  kind('5411', 'Market', 34, 0.7, 26, false, 1),
  kind('5812', 'Kitchen', 28, 0.6, 14, false, 0.5),
  kind('5814', 'Snack Bar', 9, 0.5, 14, false, 0.3),
  kind('5541', 'Fuel', 52, 0.4, 8, false, 2),
  kind('5912', 'Pharmacy', 19, 0.6, 5, false, 0.5),
  kind('4111', 'Transit', 4, 0.6, 8, false, 0.2),
  kind('5651', 'Fashion', 60, 0.6, 5, false, 3),
  kind('5732', 'Electronics', 180, 0.8, 1.6, false, 10),
  kind('5944', 'Jewellery', 240, 0.8, 0.4, false, 8),
  kind('5200', 'Home & Garden', 70, 0.8, 3, false, 1),
  kind('7832', 'Cinema', 16, 0.4, 2, false, 0.1),
  kind('7011', 'Hotel', 160, 0.6, 1.2, false, 2),
  kind('8099', 'Clinic', 75, 0.7, 1.2, false, 0.1),
  kind('5942', 'Books', 22, 0.6, 2, true, 0.5),
  kind('5815', 'Streaming', 11, 0.3, 4, true, 1),
  kind('5816', 'Games', 15, 0.9, 3, true, 6),
  kind('5999', 'Webshop', 48, 0.8, 8, true, 6),
  kind('4511', 'Airline', 210, 0.6, 0.8, true, 7),
  kind('5691', 'Online Fashion', 65, 0.6, 4, true, 4),
  kind('5045', 'Online Electronics', 210, 0.8, 1.5, true, 12),
  kind('6051', 'Crypto Exchange', 150, 0.9, 0.3, true, 9),
  kind('8398', 'Charity', 18, 0.7, 0.5, true, 5),
];

const FIRST = [
  'Blue',
  'Old Town',
  'Corner',
  'Star',
  'Green',
  'City',
  'River',
  'Sun',
  'Nord',
  'Luna',
  'Alpha',
  'Casa',
];

/** `perPlace` physical merchants of all kinds in each place, and online ones for everybody. */
export function createMerchants(seed: number, perHomePlace: number): readonly SimulatedMerchant[] {
  const random = createRandom(seed, 7001);
  const merchants: SimulatedMerchant[] = [];
  const add = (merchantKind: MerchantKind, place: number): void => {
    const number = merchants.length;
    const first = FIRST[random.below(FIRST.length)];
    merchants.push({
      id: `m${number.toString(36).padStart(4, '0')}`,
      name: `${first} ${merchantKind.name} ${1 + (number % 90)}`,
      kind: merchantKind,
      place,
    });
  };
  const total = MERCHANT_KINDS.reduce((sum, item) => sum + item.weight, 0);
  for (let place = 0; place < PLACES.length; place++) {
    const count = HOME_PLACES.includes(place) ? perHomePlace : Math.ceil(perHomePlace / 3);
    for (const merchantKind of MERCHANT_KINDS) {
      if (merchantKind.online) continue;
      const here = Math.max(2, Math.round((merchantKind.weight / total) * count));
      for (let i = 0; i < here; i++) add(merchantKind, place);
    }
  }
  for (const merchantKind of MERCHANT_KINDS) {
    if (!merchantKind.online) continue;
    const count = Math.max(6, Math.round((merchantKind.weight / total) * perHomePlace * 3));
    for (let i = 0; i < count; i++) add(merchantKind, HOME_PLACES[random.below(HOME_PLACES.length)]);
  }
  return merchants;
}
