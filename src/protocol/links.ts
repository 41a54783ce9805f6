// What an account shares with others: devices, addresses, payees, merchants.
import { type Static, Type } from 'typebox';
import { ID_MAX_LENGTH } from '../domain/transaction.ts';
import { Identifier } from './fields.ts';
import { Component, List, Nullable, OneOf, operation } from './operation.ts';

export const LINKS_A_KIND = 6;
export const ACCOUNTS_A_LINK = 12;

export const AccountLink = Component('AccountLink', {
  kind: OneOf(['device', 'ip', 'counterparty', 'merchant']),
  key: Type.String(),
  name: Nullable(Type.String()),
  transactions: Type.Integer(),
  total: Type.Integer({ description: 'Accounts that used it lately, this one too' }),
  accounts: List(
    Type.Object({
      accountId: Type.String(),
      transactions: Type.Integer(),
      flagged: Type.Integer(),
      frauds: Type.Integer(),
    }),
  ),
});
export type AccountLink = Static<typeof AccountLink>;

export const getAccountLinks = operation({
  id: 'getAccountLinks',
  method: 'GET',
  path: '/v1/accounts/:id/links',
  pathByAnyId: '/v1/account/links',
  capability: 'links',
  summary: 'What an account shares with others',
  description:
    `By its last 300 transactions: up to ${LINKS_A_KIND} devices, addresses, payees and merchants, and of each up to ` +
    `${ACCOUNTS_A_LINK} accounts that used it lately (or were flagged at the merchant), frauds first; \`total\` says how many there are.`,
  permission: 'read_identifiers',
  viewed: 'links of account',
  expensive: true,
  params: Type.Object({ id: Identifier(ID_MAX_LENGTH) }),
  answers: { 200: Component('AccountLinks', { accountId: Type.String(), links: List(AccountLink) }) },
});
