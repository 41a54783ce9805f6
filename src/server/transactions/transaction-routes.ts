// Decided transactions over HTTP: searches, and the whole story of one.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { identifierForm } from '../../domain/identifier-form.ts';
import { parseIsoTime } from '../../domain/iso-time.ts';
import { createVectorReader } from '../../engine/stored-vectors.ts';
import type { Desk } from '../../ports/desk.ts';
import type { StoredTransaction, TransactionSearch } from '../../ports/store.ts';
import type { QueryOf } from '../../protocol/operation.ts';
import { getTransaction, listTransactions } from '../../protocol/transactions.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { searchedMessage } from '../edge/searched.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import type { ScorerOf } from '../models/past-scorers.ts';
import type { PeerGroups } from './peer-groups.ts';
import { feedRow, storyOf } from './rows.ts';

const NEIGHBOURS = 20;
const PAGE = 50;

/** The conditions of the rules that held, by their ids and versions. */
async function expressionsOf(stored: StoredTransaction, desk: Desk): Promise<ReadonlyMap<string, string>> {
  const rules = await Promise.all(
    stored.decision.rules.map(({ id, version = 1 }) => desk.office.rules.find(id, version)),
  );
  return new Map(rules.flatMap((rule) => (rule ? [[`${rule.id} ${rule.version}`, rule.expression]] : [])));
}

async function story(
  request: RequestOf<typeof getTransaction>,
  reply: FastifyReply,
  desk: Desk,
  scorerOf: ScorerOf,
  peers: PeerGroups,
) {
  const { store } = desk;
  const { id } = request.params;
  const stored = await store.transaction(id);
  if (!stored) return sendProblem(reply, 404, 'Not found', `There is no transaction ${id}.`);
  const { accountId } = stored.transaction;
  const [before, after, alertId, expressions] = await Promise.all([
    store.transactions({ accountId, before: stored.offset }, NEIGHBOURS),
    store.transactions({ accountId, after: stored.offset }, NEIGHBOURS),
    desk.office.alerts.alertOf(stored.transaction.id),
    expressionsOf(stored, desk),
  ]);
  if (request.query.download) {
    const name = stored.transaction.id.replace(/[^\w.-]/g, '_');
    reply.header('content-disposition', `attachment; filename="transaction-${name}.json"`);
  }
  const { modelVersion, catalogueHash } = stored.decision;
  const catalogue = desk.catalogues.byHash(catalogueHash);
  return storyOf(
    stored,
    catalogue && createVectorReader(catalogue, desk.catalogues),
    createVectorReader(desk.inService().catalogue, desk.catalogues),
    catalogue && (await scorerOf(modelVersion, catalogue)),
    [...before.reverse(), ...after],
    alertId,
    (rule, version) => expressions.get(`${rule} ${version}`),
    desk.lists,
    peers.usual(stored.transaction, catalogue),
    sightOf(request),
  );
}

/** What a query asks for; undefined where one of its times is none. */
function searchOf(query: QueryOf<typeof listTransactions>): TransactionSearch | undefined {
  const { accountId, merchantId, outcome, country, minScore, from, until, cursor } = query;
  const fromMs = from === undefined ? undefined : parseIsoTime(from);
  const untilMs = until === undefined ? undefined : parseIsoTime(until);
  if ((from !== undefined && fromMs === undefined) || (until !== undefined && untilMs === undefined))
    return undefined;
  return {
    ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
    ...(merchantId !== undefined && { merchantId: identifierForm(merchantId) }),
    ...(outcome !== undefined && { outcome }),
    ...(country !== undefined && { country }),
    ...(minScore !== undefined && { minScore }),
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
    ...(cursor !== undefined && { before: cursor }),
  };
}

export function transactionRoutes(
  app: FastifyInstance,
  desk: Desk,
  scorerOf: ScorerOf,
  peers: PeerGroups,
): void {
  serve(app, getTransaction, (request, reply) => story(request, reply, desk, scorerOf, peers));

  serve(app, listTransactions, async (request, reply) => {
    const { accountId, merchantId, limit = PAGE } = request.query;
    const refused = refuseHidden(request, reply, { accountId, merchantId });
    if (refused) return refused;
    const search = searchOf(request.query);
    if (!search)
      return sendProblem(
        reply,
        400,
        'Bad request',
        'from and until must be times like 2026-11-23T15:00:00Z.',
      );
    const found = await desk.store.search(search, limit);
    return {
      items: found.items.map((item) => feedRow(item, sightOf(request), item.isFraud)),
      nextCursor: found.next ?? null,
      searched: searchedMessage(found),
    };
  });
}
