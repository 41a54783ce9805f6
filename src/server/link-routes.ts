// Linked accounts: who shares a device, an IP address, a payee or a merchant with an account.
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { identifierForm } from '../domain/identifier-form.ts';
import { ID_MAX_LENGTH } from '../domain/transaction.ts';
import type { Desk } from '../ports/desk.ts';
import { getById } from './by-id.ts';
import { Identifier } from './field-schema.ts';

const LINKS_A_KIND = 6;
const ACCOUNTS_A_LINK = 12;

const AccountParams = Type.Object({ id: Identifier(ID_MAX_LENGTH) });

export function linkRoutes(app: FastifyInstance, desk: Desk): void {
  const { links } = desk.office;
  getById<{ Params: Static<typeof AccountParams>; Querystring: unknown }>(
    app,
    ['/v1/accounts/:id/links', '/v1/account/links'],
    {
      config: { permission: 'read_identifiers', viewed: 'links of account', expensive: true },
      schema: {
        summary: 'What an account shares with others',
        description:
          `By its last 300 transactions: up to ${LINKS_A_KIND} devices, addresses, payees and merchants, and of each up to ` +
          `${ACCOUNTS_A_LINK} accounts that used it lately (or were flagged at the merchant), frauds first; \`total\` says how many there are.`,
        tags: ['Alert queue'],
        params: AccountParams,
      },
    },
    async (request) => {
      const id = identifierForm(request.params.id);
      const own = await links.ofAccount(id, LINKS_A_KIND);
      const found = await Promise.all(
        own.map(({ kind, key }) => links.accountsOf(kind, key, ACCOUNTS_A_LINK)),
      );
      return {
        accountId: id,
        links: own.map((link, i) => ({ ...link, name: link.name ?? null, ...found[i] })),
      };
    },
  );
}
