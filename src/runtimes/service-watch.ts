// Models and rules in service, as registry and rule book name them: looked at every two seconds, so that a promotion
// reaches every process without a restart.
import { InputError } from '../domain/input-error.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { closedScorer } from '../models/closed-scorer.ts';
import { createScorer, type Scorer } from '../models/model.ts';
import { servingUnder } from '../models/review-work.ts';
import type { Serving } from '../models/serving.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { InService, ServedCatalogue } from '../ports/desk.ts';
import type { ModelRegistry } from '../ports/office/models.ts';
import type { Office } from '../ports/office/office.ts';
import { readReviewWork } from '../server/models/kept-review-work.ts';
import { type CatalogueInService, openCatalogue } from './catalogue-in-service.ts';
import type { ListsInMemory } from './lists-in-memory.ts';
import { fileStarterRules, openRules } from './rules-in-service.ts';

const LOOK_MS = 2000;
/** So long after another took its place others are told what a catalogue keeps: they may take it a moment later. */
const FORMER_MS = 60_000;

export type ServiceWatch = {
  inService(): InService;
  readonly catalogue: CatalogueInService;
  readonly lists: ListsInMemory;
  /** Catalogues that do not decide here, of whose own histories others are told: one that comes, and for a while the one before. */
  alsoTold(): readonly Catalogue[];
  /** Another catalogue decides from when `take` is called; without this it is called at once. */
  changeBy(change: (next: Catalogue, take: () => void) => Promise<void>): void;
  /** Why the models in service cannot serve with a catalogue; undefined where they can. */
  modelsAgainst(next: ServedCatalogue): Promise<string | undefined>;
  /** Looks now. */
  look(): Promise<void>;
  stop(): void;
};

/** Of processes on a stream. Throws InputError when there is no model yet. */
export async function watchService(
  registry: ModelRegistry,
  office: Office,
  nowMs: number,
  onNotice: (message: string) => void,
  boundary: Boundary,
): Promise<ServiceWatch> {
  const catalogues = await openCatalogue(office.catalogue, onNotice);
  const { catalogue } = catalogues.current();
  const first = await readServing(registry, catalogue, undefined, onNotice);
  if (!first) {
    throw new InputError(
      'There is no model in the database yet. Make the first one with ./goshawk prepare-stream.',
    );
  }
  await fileStarterRules(office, nowMs);
  const rules = await openRules(office, onNotice);
  let current: InService = {
    catalogue,
    serving: servingUnder(first, await readReviewWork(office.settings)),
    ruleset: rules.current(catalogue),
  };
  let refused = '';

  /** Undefined where the models that are wanted cannot serve under this catalogue: then it does not serve either. */
  async function servingWith(wanted: ServedCatalogue): Promise<Serving | undefined> {
    try {
      const serving = await readServing(registry, wanted.catalogue, current.serving, onNotice);
      refused = '';
      if (serving && !sameModels(serving, current.serving)) onNotice(`${servingText(serving)} in service`);
      return serving ?? current.serving;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (wanted.catalogue !== current.catalogue) await catalogues.refused(wanted, error.message);
      else if (refused !== error.message)
        onNotice(`${error.message} ${servingText(current.serving)} in service as before.`);
      refused = error.message;
      return undefined;
    }
  }
  let change = async (_: Catalogue, take: () => void): Promise<void> => take();
  let changing = false;
  let wantedNow: ServedCatalogue | undefined;
  let former: { readonly catalogue: Catalogue; readonly untilMs: number } | undefined;

  async function look(): Promise<void> {
    const wanted = await catalogues.look();
    wantedNow = wanted;
    await rules.look();
    const work = await readReviewWork(office.settings);
    const found = await servingWith(wanted);
    const serving = servingUnder(found ?? current.serving, work);
    const { catalogue: served } = found ? wanted : current;
    const ruleset = rules.current(served);
    const take = (): void => {
      if (found && wanted !== catalogues.current()) catalogues.took(wanted);
      const isSame =
        served === current.catalogue && ruleset === current.ruleset && serving === current.serving;
      if (isSame) return;
      if (served !== current.catalogue)
        former = { catalogue: current.catalogue, untilMs: performance.now() + FORMER_MS };
      current = { catalogue: served, serving, ruleset };
    };
    if (served === current.catalogue) return take();
    // While one change is under way what it takes is what it began with; the next look has what came since.
    if (changing) return;
    changing = true;
    try {
      await change(served, take);
    } finally {
      changing = false;
    }
  }
  const alsoTold = (): readonly Catalogue[] => {
    if (former && former.untilMs < performance.now()) former = undefined;
    const others = [wantedNow?.catalogue, catalogues.coming()?.catalogue, former?.catalogue];
    return others.flatMap((one) => (one && one !== current.catalogue ? one : []));
  };
  async function modelsAgainst({ catalogue: next }: ServedCatalogue): Promise<string | undefined> {
    try {
      await readServing(registry, next, current.serving, () => undefined);
      return undefined;
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
  }
  // A database that is away is no reason to stop deciding.
  const stop = boundary.every('models and rules', LOOK_MS, () => look().catch(() => undefined));
  return {
    inService: () => current,
    catalogue: catalogues,
    lists: rules.lists,
    alsoTold,
    changeBy(by) {
      change = by;
    },
    modelsAgainst,
    look,
    stop,
  };
}

const sameModels = (one: Serving, other: Serving): boolean =>
  one.champion.info.version === other.champion.info.version &&
  one.challenger?.scorer.info.version === other.challenger?.scorer.info.version &&
  one.challenger?.share === other.challenger?.share;

function servingText({ champion, challenger }: Serving): string {
  const beside = challenger
    ? `, beside it ${challenger.scorer.info.version} for ${(100 * challenger.share).toFixed(1)} % of the accounts`
    : '';
  return `Model ${champion.info.version}${beside}`;
}

/**
 * The models that the registry has in service, ready for a catalogue; `current` itself where they are the same. Undefined before the first
 * champion. Where one cannot be used here, what is in service stays and InputError is thrown; at a start, when nothing is,
 * the champion before decides instead, and without any everything is sent to review.
 */
export async function readServing(
  registry: ModelRegistry,
  catalogue: Catalogue,
  current: Serving | undefined,
  onNotice: (message: string) => void,
): Promise<Serving | undefined> {
  const wanted = await registry.serving();
  if (wanted.champion === undefined) return undefined;
  const { challenger } = wanted;
  const same =
    current?.champion.catalogue === catalogue &&
    current.champion.info.version === wanted.champion &&
    current.challenger?.scorer.info.version === challenger?.version &&
    current.challenger?.share === challenger?.share;
  if (same) return current;
  const known = new Map<string, Scorer>();
  for (const scorer of [current?.champion, current?.challenger?.scorer]) {
    if (scorer?.catalogue === catalogue) known.set(scorer.info.version, scorer);
  }
  const scorerOf = async (version: string): Promise<Scorer> => {
    const found = known.get(version);
    if (found) return found;
    const model = await registry.load(version);
    if (!model) throw new InputError(`Model ${version} is not in the registry.`);
    return createScorer(model, catalogue);
  };
  if (!current) return firstServing(registry, catalogue, wanted.champion, challenger, scorerOf, onNotice);
  return {
    champion: await scorerOf(wanted.champion),
    ...(challenger && {
      challenger: { scorer: await scorerOf(challenger.version), share: challenger.share },
    }),
  };
}

const EVENTS_LOOKED_AT = 1000;

/** At a start a desk goes on whatever its models are. */
async function firstServing(
  registry: ModelRegistry,
  catalogue: Catalogue,
  champion: string,
  challenger: { readonly version: string; readonly share: number } | undefined,
  scorerOf: (version: string) => Promise<Scorer>,
  onNotice: (message: string) => void,
): Promise<Serving> {
  const usable = async (version: string): Promise<Scorer | string> => {
    try {
      return await scorerOf(version);
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
  };
  const beside = challenger && (await usable(challenger.version));
  if (typeof beside === 'string') onNotice(`${beside} The champion decides for all accounts.`);
  const rest = challenger &&
    typeof beside === 'object' && {
      challenger: { scorer: beside, share: challenger.share },
    };
  const wanted = await usable(champion);
  if (typeof wanted === 'object') return { champion: wanted, ...rest };
  const events = await registry.events(EVENTS_LOOKED_AT);
  const before = events.filter(({ from, version }) => from === 'champion' && version !== champion);
  for (const version of new Set(before.map((event) => event.version))) {
    const found = await usable(version);
    if (typeof found === 'string') continue;
    onNotice(`${wanted} ${version}, the champion before, decides instead.`);
    return { champion: found, ...rest };
  }
  onNotice(`${wanted} No champion before it can decide: everything is sent to review.`);
  return { champion: closedScorer(champion, wanted, catalogue), ...rest };
}
