// What decides on an embedded desk, as registry, rule book, lists and rates say: looked at when somebody changed something, and
// changed by one at a time.
import { InputError } from '../domain/input-error.ts';
import type { InService } from '../engine/process-batch.ts';
import { storesOf } from '../features/catalogue-outline.ts';
import { forgetOthers } from '../features/feature-state.ts';
import { servingUnder } from '../models/review-work.ts';
import type { Serving } from '../models/serving.ts';
import type { ServedCatalogue } from '../ports/desk.ts';
import { readReviewWork } from '../server/models/kept-review-work.ts';
import type { EmbeddedParts } from './embedded-parts.ts';
import { readServing } from './service-watch.ts';

export type EmbeddedService = {
  /** Takes what is said now into service. */
  refresh(): Promise<void>;
  /** Nothing else changes what is in service meanwhile. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** What would serve with another catalogue; throws InputError where the models cannot. */
  prepared(next: ServedCatalogue): Promise<InService>;
  /** Serves it from the next record on. The histories of its catalogue are there. */
  take(next: ServedCatalogue, inService: InService): void;
};

export function openService(
  { registry, office, catalogue, rules, money, engine }: EmbeddedParts,
  onNotice: (message: string) => void,
): EmbeddedService {
  let refused = '';
  let last: Promise<unknown> = Promise.resolve();
  /** A model that cannot be used here changes nothing, neither for decisions nor for whoever moved a rule. */
  async function servingWith(wanted: ServedCatalogue): Promise<Serving | undefined> {
    const { catalogue: now, serving } = engine.inService;
    try {
      return (await readServing(registry, wanted.catalogue, serving, onNotice)) ?? serving;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (wanted.catalogue !== now) await catalogue.refused(wanted, error.message);
      else if (refused !== error.message) onNotice(`${error.message} What is in service stays.`);
      refused = error.message;
      return undefined;
    }
  }
  async function look(): Promise<void> {
    const wanted = await catalogue.look();
    await rules.look();
    await money.look();
    const work = await readReviewWork(office.settings);
    const found = await servingWith(wanted);
    const { inService } = engine;
    const serving = servingUnder(found ?? inService.serving, work);
    if (!found) {
      const ruleset = rules.current(inService.catalogue);
      if (ruleset !== inService.ruleset || serving !== inService.serving)
        engine.serve({ ...inService, serving, ruleset });
      return;
    }
    const ruleset = rules.current(wanted.catalogue);
    if (wanted !== catalogue.current()) catalogue.took(wanted);
    if (
      serving !== inService.serving ||
      ruleset !== inService.ruleset ||
      wanted.catalogue !== inService.catalogue
    )
      engine.serve({ catalogue: wanted.catalogue, serving, ruleset });
    forgetOthers(engine.state, storesOf(wanted.catalogue));
  }
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }
  return {
    refresh: () => alone(look),
    alone,
    async prepared(next) {
      await rules.look();
      const serving =
        (await readServing(registry, next.catalogue, engine.inService.serving, onNotice)) ??
        engine.inService.serving;
      const work = await readReviewWork(office.settings);
      return {
        catalogue: next.catalogue,
        serving: servingUnder(serving, work),
        ruleset: rules.current(next.catalogue),
      };
    },
    take(next, inService) {
      catalogue.took(next);
      engine.serve(inService);
      forgetOthers(engine.state, storesOf(next.catalogue));
    },
  };
}
