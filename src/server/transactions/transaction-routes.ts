// Routes that only read: transactions, alerts, figures, health.
import type { FastifyInstance } from 'fastify';
import { OUTCOMES, type Outcome } from '../../domain/decision.ts';
import { identifierForm } from '../../domain/identifier-form.ts';
import { parseIsoTime } from '../../domain/iso-time.ts';
import type { Desk } from '../../ports/desk.ts';
import { listFlaggedTransactions } from '../../protocol/alerts.ts';
import { getStats } from '../../protocol/figures.ts';
import { getCurrentModel } from '../../protocol/model-panel.ts';
import { getLiveness, getPipeline, getReadiness } from '../../protocol/pipeline.ts';
import { getTransaction, listTransactions } from '../../protocol/transactions.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { searchedMessage } from '../edge/searched.ts';
import { serve } from '../edge/serve.ts';
import type { ScorerOf } from '../models/past-scorers.ts';
import type { Monitor } from '../pipeline/monitor.ts';
import type { PeerGroups } from './peer-groups.ts';
import { alertRow, feedRow, storyOf } from './rows.ts';

const NEIGHBOURS = 20;
const PAGE = 50;
/** Parts without which no decision is made. */
const NEEDED: ReadonlySet<string> = new Set(['log', 'engine', 'spark', 'database']);

export function readRoutes(
  app: FastifyInstance,
  desk: Desk,
  monitor: Monitor,
  scorerOf: ScorerOf,
  peers: PeerGroups,
): void {
  const { store } = desk;

  serve(app, getTransaction, async (request, reply) => {
    const stored = await store.transaction(request.params.id);
    if (!stored) return sendProblem(reply, 404, 'Not found', `There is no transaction ${request.params.id}.`);
    const { accountId } = stored.transaction;
    const [before, after, alertId] = await Promise.all([
      store.transactions({ accountId, before: stored.offset }, NEIGHBOURS),
      store.transactions({ accountId, after: stored.offset }, NEIGHBOURS),
      desk.office.alerts.alertOf(stored.transaction.id),
    ]);
    const rules = await Promise.all(
      stored.decision.rules.map(({ id, version = 1 }) => desk.office.rules.find(id, version)),
    );
    const expressions = new Map(
      rules.flatMap((rule) => (rule ? [[`${rule.id} ${rule.version}`, rule.expression]] : [])),
    );
    if (request.query.download) {
      const name = stored.transaction.id.replace(/[^\w.-]/g, '_');
      reply.header('content-disposition', `attachment; filename="transaction-${name}.json"`);
    }
    return storyOf(
      stored,
      await scorerOf(stored.decision.modelVersion),
      [...before.reverse(), ...after],
      alertId,
      (id, version) => expressions.get(`${id} ${version}`),
      desk.lists,
      peers.usual(stored.transaction),
      sightOf(request),
    );
  });

  serve(app, listTransactions, async (request, reply) => {
    const {
      accountId,
      merchantId,
      outcome,
      country,
      minScore,
      from,
      until,
      cursor,
      limit = PAGE,
    } = request.query;
    const refused = refuseHidden(request, reply, { accountId, merchantId });
    if (refused) return refused;
    const fromMs = from === undefined ? undefined : parseIsoTime(from);
    const untilMs = until === undefined ? undefined : parseIsoTime(until);
    if ((from !== undefined && fromMs === undefined) || (until !== undefined && untilMs === undefined)) {
      return sendProblem(
        reply,
        400,
        'Bad request',
        'from and until must be times like 2026-11-23T15:00:00Z.',
      );
    }
    const found = await store.search(
      {
        ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
        ...(merchantId !== undefined && { merchantId: identifierForm(merchantId) }),
        ...(isOutcome(outcome) && { outcome }),
        ...(country !== undefined && { country }),
        ...(minScore !== undefined && { minScore }),
        ...(fromMs !== undefined && { fromMs }),
        ...(untilMs !== undefined && { untilMs }),
        ...(cursor !== undefined && { before: cursor }),
      },
      limit,
    );
    return {
      items: found.items.map((item) => feedRow(item, sightOf(request), item.isFraud)),
      nextCursor: found.next ?? null,
      searched: searchedMessage(found),
    };
  });

  serve(app, listFlaggedTransactions, async (request, reply) => {
    const { status, accountId, outcome, cursor, limit = PAGE } = request.query;
    const refused = refuseHidden(request, reply, { accountId });
    if (refused) return refused;
    const found = await store.alerts(
      {
        ...(status === 'open' || status === 'confirmed' || status === 'dismissed' ? { status } : {}),
        ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
        ...(isOutcome(outcome) && { outcome }),
        ...(cursor !== undefined && { before: cursor }),
      },
      limit,
    );
    return {
      items: found.items.map((alert) => alertRow(alert, sightOf(request))),
      nextCursor: found.next ?? null,
      searched: searchedMessage(found),
    };
  });

  serve(app, getStats, async (request) => monitor.stats(request.query.minutes ?? 60));
  serve(app, getCurrentModel, async () => ({
    ...monitor.model(),
    featureNames: desk.inService().serving.champion.info.features,
    catalogueHash: desk.inService().serving.champion.info.catalogueHash,
    parameters: desk.inService().serving.champion.info.parameters,
    rulesetVersion: desk.inService().ruleset.version,
  }));
  serve(app, getPipeline, async () => monitor.pipeline());
  serve(app, getLiveness, async () => ({
    status: 'ok' as const,
  }));
  serve(app, getReadiness, async (_request, reply) => {
    try {
      desk.checkCapacity();
      await desk.ready();
      const down = monitor
        .pipeline()
        .services.find(({ name, status }) => status === 'down' && NEEDED.has(name));
      if (down)
        return sendProblem(
          reply,
          503,
          'Not ready',
          `${down.title}: down. The pipeline says since when and why.`,
        );
      return { status: 'ready' as const, restarts: monitor.restarts.count };
    } catch (error) {
      return sendProblem(reply, 503, 'Not ready', (error as Error).message);
    }
  });
}

function isOutcome(value: unknown): value is Outcome {
  return OUTCOMES.some((outcome) => outcome === value);
}
