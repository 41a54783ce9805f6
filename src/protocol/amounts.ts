// Amounts as the API tells them.
import { type Static, Type } from 'typebox';
import { Component } from './operation.ts';

export const Currency = Type.String({ description: 'ISO 4217', examples: ['EUR'] });

export const Amount = Component(
  'Amount',
  { amountMinor: Type.Number({ description: 'Minor units', examples: [1234] }), currency: Currency },
  { description: 'In the desk’s base currency, where the amount itself is in another one' },
);
export type Amount = Static<typeof Amount>;
