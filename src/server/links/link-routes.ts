// Linked accounts: who shares a device, an IP address, a payee or a merchant with an account.
import type { FastifyInstance } from 'fastify';
import { identifierForm } from '../../domain/identifier-form.ts';
import type { Desk } from '../../ports/desk.ts';
import { ACCOUNTS_A_LINK, getAccountLinks, LINKS_A_KIND } from '../../protocol/links.ts';
import { serve } from '../edge/serve.ts';

export function linkRoutes(app: FastifyInstance, desk: Desk): void {
  const { links } = desk.office;
  serve(app, getAccountLinks, async (request) => {
    const id = identifierForm(request.params.id);
    const own = await links.ofAccount(id, LINKS_A_KIND);
    const found = await Promise.all(own.map(({ kind, key }) => links.accountsOf(kind, key, ACCOUNTS_A_LINK)));
    return {
      accountId: id,
      links: own.map((link, i) => ({ ...link, name: link.name ?? null, ...found[i] })),
    };
  });
}
