// How the desk is, over HTTP: counts, the model in service, health of its parts, and whether it can decide.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../../ports/desk.ts';
import { getStats } from '../../protocol/figures.ts';
import { getCurrentModel } from '../../protocol/model-panel.ts';
import { getLiveness, getPipeline, getPipelineMinutes, getReadiness } from '../../protocol/pipeline.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { serve } from '../edge/serve.ts';
import type { Monitor } from './monitor.ts';

const PERIOD_MINUTES = 60;
/** Parts without which no decision is made. */
const NEEDED: ReadonlySet<string> = new Set(['log', 'engine', 'spark', 'database']);

async function readiness(desk: Desk, monitor: Monitor, reply: FastifyReply) {
  try {
    desk.checkCapacity();
    await desk.ready();
  } catch (error) {
    return sendProblem(reply, 503, 'Not ready', (error as Error).message);
  }
  const { services } = monitor.pipeline();
  const down = services.find(({ name, status }) => status === 'down' && NEEDED.has(name));
  if (down) {
    const detail = `${down.title}: down. The pipeline says since when and why.`;
    return sendProblem(reply, 503, 'Not ready', detail);
  }
  return { status: 'ready' as const, restarts: monitor.restarts.count };
}

export function healthRoutes(app: FastifyInstance, desk: Desk, monitor: Monitor): void {
  serve(app, getStats, async (request) => monitor.stats(request.query.minutes ?? PERIOD_MINUTES));
  serve(app, getCurrentModel, async () => {
    const { serving, ruleset } = desk.inService();
    const { features, catalogueHash, parameters } = serving.champion.info;
    return {
      ...monitor.model(),
      featureNames: features,
      catalogueHash,
      parameters,
      rulesetVersion: ruleset.version,
    };
  });
  serve(app, getPipeline, async () => monitor.pipeline());
  serve(app, getPipelineMinutes, async (request) =>
    monitor.pipelineMinutes(request.query.minutes ?? PERIOD_MINUTES),
  );
  serve(app, getLiveness, async () => ({ status: 'ok' as const }));
  serve(app, getReadiness, (_request, reply) => readiness(desk, monitor, reply));
}
