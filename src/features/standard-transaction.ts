// Features of the transaction alone, and its categories.

import type { ProgramConcept } from '../domain/concept.ts';
import type { EncodedFeature, ExpressionFeature } from './document.ts';
import { HIGH_AMOUNT_MAJOR, NEVER, NO_MERCHANT } from './feature-definition.ts';
import type { ProgramFeature } from './standard-words.ts';

type Row = Omit<ExpressionFeature, 'kind' | 'missing' | 'concept'> & { readonly concept: ProgramConcept };
const row = (definition: Row): ProgramFeature => ({
  group: 'transaction',
  definition: { kind: 'expression', missing: NEVER, ...definition },
});

export const TRANSACTION_FEATURES: readonly ProgramFeature[] = [
  row({
    name: 'amount',
    concept: 'amount',
    unit: 'major units',
    description: 'Amount of the transaction in its own currency.',
    sentence: 'The amount is {money(value, currency)}',
    expression: 'transaction.amount',
  }),
  row({
    name: 'amount_log',
    concept: 'amount',
    unit: 'ln(1 + major units)',
    description: 'Natural logarithm of one plus the amount.',
    sentence: 'The amount is {money(expm1(value), currency)}',
    expression: 'log1p(transaction.amount)',
  }),
  row({
    name: 'hour',
    concept: 'time',
    unit: 'hour',
    description: 'Hour of the day where the payment was made, 0 to 23.',
    sentence: 'Made between {plain(value)}:00 and {plain(value + 1.0)}:00',
    expression: 'transaction.hour',
  }),
  row({
    name: 'day_of_week',
    concept: 'time',
    unit: 'day, 0 = Monday',
    description: 'Day of the week where the payment was made, 0 Monday to 6 Sunday.',
    sentence: 'Made on a {weekday(value)}',
    expression: 'transaction.dayOfWeek',
  }),
  row({
    name: 'is_night',
    concept: 'time',
    unit: '0 or 1',
    description: '1 from 00:00:00 to 06:59:59 where the payment was made.',
    sentence: '{value > 0.0 ? "Made at night (0 to 7 o’clock)" : "Made in the daytime"}',
    expression: 'transaction.hour <= 6',
  }),
  row({
    name: 'is_weekend',
    concept: 'time',
    unit: '0 or 1',
    description: '1 on Saturday and Sunday where the payment was made.',
    sentence: '{value > 0.0 ? "Made on a weekend" : "Made on a working day"}',
    expression: 'transaction.dayOfWeek >= 5',
  }),
  row({
    name: 'is_high_amount',
    concept: 'amount',
    unit: '0 or 1',
    description: `1 from ${HIGH_AMOUNT_MAJOR} major units on.`,
    sentence: `{value > 0.0 ? "A high amount (${HIGH_AMOUNT_MAJOR} or more)" : "Not a high amount"}`,
    expression: `transaction.amount >= ${HIGH_AMOUNT_MAJOR}.0`,
  }),
];

const encoded = (
  field: string,
  concept: ProgramConcept,
  description: string,
  missing: string,
  thing: string,
  more: Pick<EncodedFeature, 'prior' | 'delayed'> = {},
): ProgramFeature => ({
  group: 'category',
  definition: {
    kind: 'encoded',
    name: `${field.replace('merchant.', '').replace('id', 'merchant')}_encoded`,
    concept,
    unit: 'log-odds of fraud',
    description: `Fraud log-odds of the ${description}`,
    missing,
    sentence: `This ${thing} carries {risk(value)} risk`,
    field,
    ...more,
  },
});

const SHRUNK = 'in the training window, shrunk to the mean.';

export const CATEGORY_FEATURES: readonly ProgramFeature[] = [
  encoded('type', 'type and channel', `transaction type ${SHRUNK}`, NEVER, 'type of transaction'),
  encoded('channel', 'type and channel', `channel ${SHRUNK}`, 'missing without a channel', 'channel'),
  encoded('country', 'place', `country ${SHRUNK}`, 'missing without a country', 'country'),
  encoded(
    'merchant.mcc',
    'merchant',
    'merchant category (ISO 18245) in the training window.',
    'missing without a merchant category',
    'merchant category',
  ),
  encoded('merchant.id', 'merchant', `merchant ${SHRUNK}`, NO_MERCHANT, 'merchant', {
    prior: 50,
    delayed: true,
  }),
];
