// What an embedded desk is made of, opened from its folder: database, log, office, and the engine with its state.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Loaded, loadCheckpoints, openCheckpoints } from '../adapters/embedded/checkpoint.ts';
import type { EmbeddedDatabase } from '../adapters/embedded/database.ts';
import { dropFilled, loadFilled } from '../adapters/embedded/filled-histories.ts';
import { openEmbeddedLog } from '../adapters/embedded/log.ts';
import { kyselyOver } from '../adapters/sql/kysely-session.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createModelRegistry } from '../adapters/sql/models.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { createSqlStore } from '../adapters/sql/store.ts';
import { createEngine, type Engine } from '../engine/process-batch.ts';
import { storesOf } from '../features/catalogue-outline.ts';
import { compileFilling } from '../features/compile-filling.ts';
import { type FeatureState, tablesOf, takeTables } from '../features/feature-state.ts';
import { createScorer, type Model } from '../models/model.ts';
import { servingUnder } from '../models/review-work.ts';
import type { Serving } from '../models/serving.ts';
import type { Clock } from '../ports/clock.ts';
import type { ServedCatalogue } from '../ports/desk.ts';
import { letterOf } from '../ports/office/dead-letters.ts';
import type { ModelRegistry } from '../ports/office/models.ts';
import type { Office } from '../ports/office/office.ts';
import type { Store } from '../ports/store.ts';
import type { Log } from '../ports/stream/log.ts';
import { readReviewWork } from '../server/models/kept-review-work.ts';
import type { FirstModelOptions } from '../training/first-model.ts';
import type { PastOptions } from '../training/simulated-past.ts';
import { checkCardKey } from './card-settings.ts';
import { type CatalogueInService, openCatalogue } from './catalogue-in-service.ts';
import { fileFirstModel } from './first-champion.ts';
import { inBaseAmount, type MoneyInService, openMoney } from './money-in-service.ts';
import { begunPlan, type FirstPast, keptPlan, type PastPlan } from './past-plan.ts';
import type { ReaderSettings } from './record-reader.ts';
import { type RedoParts, redo } from './redo.ts';
import { fileStarterRules, openRules, type RulesInService } from './rules-in-service.ts';
import { readServing } from './service-watch.ts';
import type { SimulatedStream } from './simulated-stream.ts';
import { storePast } from './store-past.ts';

export type PartsOptions = ReaderSettings & {
  readonly dataDir: string;
  readonly clock: Clock;
  /** The base currency that was asked for, and the one of a new desk where none was. */
  readonly baseCurrency?: string;
  readonly presetBaseCurrency?: string;
  /** Makes the first model; histories it goes through are left in the state. Of a past that is stored it says when it comes to it. */
  readonly firstModel: (state: FeatureState, past?: PastUnderWay) => Promise<Model>;
  /** What a first start leaves decided and stored; nothing where it is absent. */
  readonly firstPast?: FirstPast;
  readonly onPastStored?: (done: number, of: number) => void;
  readonly onNotice: (message: string) => void;
};

export type EmbeddedParts = {
  readonly database: EmbeddedDatabase;
  readonly office: Office;
  readonly catalogue: CatalogueInService;
  readonly rules: RulesInService;
  readonly money: MoneyInService;
  readonly registry: ModelRegistry;
  readonly store: Store;
  readonly log: Log;
  readonly engine: Engine;
  /** Up to where the log is decided and committed. */
  readonly committed: number;
  /** Histories that were taken over since the last checkpoint; they lie in a file of what was filled. */
  readonly filled: Set<string>;
  /** The past that a first start left. */
  readonly past: PastPlan | undefined;
  /** The people of that past, where this is that start: they go on. */
  readonly stream: SimulatedStream | undefined;
};

/** A past that will be stored, by which the first model is made. */
export type PastUnderWay = PastOptions & { readonly pause: NonNullable<FirstModelOptions['pause']> };

/** The folder of a desk's histories. */
export const stateFolder = (dataDir: string): string => join(dataDir, 'state');

/** Opens everything over the database; on the first start a model is made. */
export async function openParts(options: PartsOptions, database: EmbeddedDatabase): Promise<EmbeddedParts> {
  const { dataDir, clock } = options;
  const db = kyselyOver(database);
  await migrate(db, 'embedded');
  const store = createSqlStore(database, db, database.unhurried);
  const log = await openEmbeddedLog(database, clock.nowMs);
  const committed = await store.committedOffset(0);
  const registry = createModelRegistry(database.unhurried);
  const office = createOffice(database.unhurried, 'log', { access: database });
  if (options.cards) await checkCardKey(office.settings, options.cards, `The key of ${dataDir}`);
  const money = await openMoney(office, options.baseCurrency, options.presetBaseCurrency);
  const book = await openCatalogue(office.catalogue, options.onNotice);
  const { catalogue, document } = book.current();
  const { state, serving } = await loadOrCreate(options, {
    catalogue,
    document,
    registry,
    office,
    store,
    log,
    committed,
  });
  await fileStarterRules(office, clock.nowMs());
  const rules = await openRules(office, options.onNotice);
  const work = await readReviewWork(office.settings);
  const engine = createEngine(state, {
    catalogue,
    serving: servingUnder(serving, work),
    ruleset: rules.current(catalogue),
  });
  const road = { engine, log, store, committed };
  const plan = await keptPlan(office.settings);
  const past =
    plan && plan.stored === undefined
      ? await storePast({
          ...road,
          office,
          plan,
          clock,
          takenIn: (record) => inBaseAmount(record, money.current()),
          onProgress: options.onPastStored ?? (() => undefined),
        })
      : { committed, plan, stream: undefined };
  return {
    database,
    office,
    catalogue: book,
    rules,
    money,
    registry,
    ...road,
    committed: past.committed,
    filled: new Set(),
    past: past.plan,
    stream: past.stream,
  };
}

/** State and model from disk, brought up to the committed offset; both made new on the first start. */
async function loadOrCreate(
  options: PartsOptions,
  parts: Pick<ServedCatalogue, 'catalogue' | 'document'> &
    Pick<EmbeddedParts, 'registry' | 'office' | 'store' | 'log' | 'committed'>,
): Promise<{ state: FeatureState; serving: Serving }> {
  const { catalogue, document, registry, office, store, log, committed } = parts;
  const { data } = catalogue;
  const redoFrom = (from: number): Promise<void> =>
    redo(state, { catalogue, data, store, log, onRefused }, from, committed);
  const onRefused: RedoParts['onRefused'] = async (offset, record, reason) => {
    options.onNotice(`The record at offset ${offset} cannot be taken into the histories again: ${reason}`);
    await office.deadLetters.add([
      letterOf({ offset, record, reason }, 'rebuilding', `log, offset ${offset}`),
    ]);
  };
  const folder = stateFolder(options.dataDir);
  const serving = await readServing(registry, catalogue, undefined, options.onNotice);
  let state = catalogue.createState();
  if (!serving) {
    const { model, state: left } = await makeFirstModel(options, parts, folder);
    state = left;
    await fileFirstModel(registry, model, options.clock.nowMs());
    await redoFrom(0);
    return { state, serving: { champion: createScorer(model, catalogue) } };
  }
  let loaded: Loaded | undefined;
  try {
    loaded = await loadCheckpoints(folder, state);
  } catch (error) {
    options.onNotice(`${(error as Error).message}; the histories are built again from the log.`);
    state = catalogue.createState();
  }
  await redoFrom(loaded?.offset ?? 0);
  const held = loaded?.stores ?? storesOf(catalogue);
  const missing = [...storesOf(catalogue)].filter((one) => !held.has(one));
  await fillMissing(state, missing, catalogue.createState, folder, options.onNotice, redoOf);
  await dropFilled(folder, (one) => held.has(one) || !storesOf(catalogue).has(one));
  return { state, serving };

  function redoOf(into: FeatureState, stores: readonly string[], from: number): Promise<void> {
    const others = new Set([...storesOf(catalogue)].filter((one) => !stores.includes(one)));
    const filling = compileFilling(document, catalogue, { stores: others, has: () => true });
    return redo(into, { catalogue: filling, data, store, log, onRefused }, from, committed);
  }
}

/** The first model, and the histories that its past leaves on the disk: those of before what is stored of it. */
async function makeFirstModel(
  { firstModel, firstPast }: PartsOptions,
  { catalogue, office, log }: Pick<EmbeddedParts, 'office' | 'log'> & Pick<ServedCatalogue, 'catalogue'>,
  folder: string,
): Promise<{ model: Model; state: FeatureState }> {
  // A start that was cut short may have left some.
  await rm(folder, { recursive: true, force: true });
  const state = catalogue.createState();
  const checkpoints = await openCheckpoints(folder, state, () => storesOf(catalogue));
  const plan = firstPast && log.endOffset() === 0 ? await begunPlan(office.settings, firstPast) : undefined;
  if (!plan) {
    const model = await firstModel(state);
    await checkpoints.prepare(0)();
    return { model, state };
  }
  let write: (() => Promise<void>) | undefined;
  const told = (): void => {
    write = checkpoints.prepare(0);
  };
  const model = await firstModel(state, { ...plan, pause: { atMs: plan.fromMs, told } });
  if (!write) throw new Error('nothing of the simulated past was left to be stored');
  await write();
  const before = catalogue.createState();
  await loadCheckpoints(folder, before);
  return { model, state: before };
}

/** Histories that no checkpoint holds whole yet: what was filled for them, and what came since; else all of the log. */
async function fillMissing(
  state: FeatureState,
  missing: readonly string[],
  createState: () => FeatureState,
  folder: string,
  onNotice: (message: string) => void,
  redoFrom: (into: FeatureState, stores: readonly string[], from: number) => Promise<void>,
): Promise<void> {
  for (let rest = missing; rest.length > 0; ) {
    const filled = await loadFilled(folder, rest, createState);
    if (!filled) onNotice(`No checkpoint holds ${rest.join(', ')} yet: they are filled from the log.`);
    const { state: whole, stores, offset } = filled ?? { state: createState(), stores: rest, offset: 0 };
    // What changed since is in no segment, or in one that is not whole without the others.
    for (const [, table] of tablesOf(whole)) table.clearChanged();
    await redoFrom(whole, stores, offset);
    takeTables(state, whole, stores);
    rest = rest.filter((one) => !stores.includes(one));
  }
}
