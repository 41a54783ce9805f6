// The model in service, as the database names it: looked at every two seconds, so that a promotion reaches every
// process without a restart.
import type { Pool } from 'pg';
import { championVersion, loadModel } from '../adapters/postgres/model-store.ts';
import { InputError } from '../domain/input-error.ts';
import { createScorer, type Scorer } from '../models/model.ts';
import { compileRuleset, type Ruleset, STARTER_RULES } from '../rules/ruleset.ts';

const LOOK_MS = 2000;

export type ModelWatch = {
  inService(): { readonly scorer: Scorer; readonly ruleset: Ruleset };
  stop(): void;
};

/** Throws InputError when there is no model yet. */
export async function watchModel(pool: Pool, onNotice: (message: string) => void): Promise<ModelWatch> {
  const version = await championVersion(pool);
  if (version === undefined) {
    throw new InputError(
      'There is no model in the database yet. Make the first one with ./goshawk prepare-stream.',
    );
  }
  let current = {
    scorer: createScorer(await loadModel(pool, version)),
    ruleset: compileRuleset(STARTER_RULES),
  };
  let refused: string | undefined;

  async function look(): Promise<void> {
    const wanted = await championVersion(pool);
    if (wanted === undefined || wanted === current.scorer.info.version || wanted === refused) return;
    try {
      current = { ...current, scorer: createScorer(await loadModel(pool, wanted)) };
      onNotice(`model ${wanted} is in service`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused = wanted;
      onNotice(`${error.message} Model ${current.scorer.info.version} stays in service.`);
    }
  }
  // A database that is away is no reason to stop deciding.
  const timer = setInterval(() => look().catch(() => undefined), LOOK_MS);
  timer.unref();
  return { inService: () => current, stop: () => clearInterval(timer) };
}
