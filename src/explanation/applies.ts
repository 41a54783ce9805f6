// What a transaction of a type can say at all: a transfer has no merchant, and a card that is held to a terminal no device. What cannot
// apply is not told; what could have been said and was not is told as such.
import type { Transaction } from '../domain/transaction.ts';
import type { CatalogueFeature } from '../features/catalogue.ts';

type Field = {
  /** As the end of "The purchase does not say …". */
  readonly words: string;
  isStated(transaction: Transaction): boolean;
  /** Types or channels that have it. Of a type of one's own nobody knows. */
  isUsual(transaction: Transaction): boolean;
};

const among = (...names: readonly string[]): ((name: string | undefined) => boolean) => {
  const set = new Set<string | undefined>(names);
  return (name) => name !== undefined && set.has(name);
};
const atMerchants = among('purchase');
const toPayees = among('transfer', 'payment');
const byDevices = among('ecommerce', 'mobile_app', 'online_banking');
const atPlaces = among('chip', 'contactless', 'magstripe', 'atm', 'branch');
const byDevice = ({ channel }: Transaction): boolean => byDevices(channel);

const FIELDS: Readonly<Record<string, Field>> = {
  'merchant.id': {
    words: 'at which merchant',
    isStated: ({ merchant }) => merchant !== undefined,
    isUsual: ({ type }) => atMerchants(type),
  },
  'merchant.mcc': {
    words: 'what kind of merchant it was made at',
    isStated: ({ merchant }) => merchant?.mcc !== undefined,
    isUsual: ({ type }) => atMerchants(type),
  },
  counterpartyId: {
    words: 'who is paid',
    isStated: ({ counterpartyId }) => counterpartyId !== undefined,
    isUsual: ({ type }) => toPayees(type),
  },
  deviceId: {
    words: 'which device was used',
    isStated: ({ deviceId }) => deviceId !== undefined,
    isUsual: byDevice,
  },
  ip: {
    words: 'from which IP address it came',
    isStated: ({ ip }) => ip !== undefined,
    isUsual: byDevice,
  },
  country: {
    words: 'in which country it was made',
    isStated: ({ country }) => country !== undefined,
    isUsual: () => true,
  },
  location: {
    words: 'where it was made',
    isStated: ({ location }) => location !== undefined,
    isUsual: ({ channel }) => atPlaces(channel),
  },
  channel: {
    words: 'by which channel it came',
    isStated: ({ channel }) => channel !== undefined,
    isUsual: () => true,
  },
};

/**
 * Why a feature has no value: it cannot apply to such a transaction (nor is it known whether an own field could); a field that such a
 * transaction has was not stated; or all was stated, and there is nothing known to tell it from.
 */
export type Missing =
  | { readonly kind: 'inapplicable' }
  | { readonly kind: 'unstated'; readonly field: string; readonly words: string }
  | { readonly kind: 'unheard' };

const INAPPLICABLE: Missing = { kind: 'inapplicable' };
const UNHEARD: Missing = { kind: 'unheard' };

export function whyMissing({ asks }: CatalogueFeature, transaction: Transaction): Missing {
  let unstated: Missing | undefined;
  for (const name of asks) {
    const field = FIELDS[name];
    if (field === undefined) {
      if (transaction.attributes?.[name.replace(/^attributes\./, '')] === undefined && !OF_ALL.has(name))
        return INAPPLICABLE;
      continue;
    }
    if (field.isStated(transaction)) continue;
    if (!field.isUsual(transaction)) return INAPPLICABLE;
    unstated ??= { kind: 'unstated', field: name, words: field.words };
  }
  return unstated ?? UNHEARD;
}

/** What every transaction says, or what is not asked for by name. */
const OF_ALL: ReadonlySet<string> = new Set(['accountId', 'amount', 'type', 'currency']);

/** What a type of transaction is called. */
export const typeWords = ({ type }: Transaction): string => type.replaceAll(/[_-]/g, ' ');
