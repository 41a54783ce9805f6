// How the catalogue of an embedded desk changes: what nobody keeps yet is filled from the log by a thread, beside decisions; then
// histories, models and rules are swapped in one step, between two batches, at an offset that is stated.
import { setTimeout as sleep } from 'node:timers/promises';
import { dropFilled, removeFilled } from '../adapters/embedded/filled-histories.ts';
import { kyselyOver } from '../adapters/sql/kysely-session.ts';
import { createPastValues } from '../adapters/sql/past-values.ts';
import { createSqlStore } from '../adapters/sql/store.ts';
import { LOCAL_ACTOR } from '../domain/access.ts';
import { lacksMemory } from '../domain/fault.ts';
import { InputError } from '../domain/input-error.ts';
import { storesOf } from '../features/catalogue-outline.ts';
import { compileFilling, type Filling, needsFilling, presentIn } from '../features/compile-filling.ts';
import { type FeatureState, tablesOf, takeTables } from '../features/feature-state.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { CatalogueChange, ServedCatalogue, WentLive } from '../ports/desk.ts';
import type { AuditEntry } from '../ports/office/audit.ts';
import type { FiledCatalogue } from '../ports/office/catalogue.ts';
import type { Processor } from '../stream/processor.ts';
import { costsOf, keyFieldsOf, readied, stillFilling } from './catalogue-in-service.ts';
import { createDocumentCheck } from './document-check.ts';
import type { EmbeddedParts } from './embedded-parts.ts';
import type { EmbeddedService } from './embedded-service.ts';
import { type Fill, FillStopped, startFill } from './fill-catalogue.ts';

/** What is filled in this time is live when whoever asked is answered. */
const SHORT_MS = 2000;
const MOVED = 'Somebody moved or wrote it meanwhile. Look at it again.';

export type EmbeddedCatalogueOptions = {
  readonly parts: EmbeddedParts;
  readonly processor: Processor;
  readonly service: EmbeddedService;
  /** Where histories are kept. */
  readonly folder: string;
  readonly clock: Clock;
  readonly boundary: Boundary;
  readonly onNotice: (message: string) => void;
};

export type EmbeddedCatalogue = CatalogueChange & {
  /** Fills what was being filled when the process ended. */
  resume(): Promise<void>;
  close(): Promise<void>;
};

/** Somebody moved it, or a model stands in the way: what serves goes on. */
class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

const WENT_LIVE: WentLive = { filledFrom: [] };

const notFilled = (error: Error): WentLive => ({
  problem:
    error instanceof FillStopped
      ? 'Somebody ended the filling of this version.'
      : `It was not filled: ${error.message}`,
});

/** The step in which another catalogue serves. */
type ChangeOver = (
  next: ServedCatalogue,
  from: 'draft' | 'filling',
  entry: AuditEntry,
  finish?: (at: number) => Promise<FeatureState>,
) => Promise<void>;

const fillingOf = ({ catalogue }: EmbeddedParts, next: ServedCatalogue): Filling =>
  compileFilling(next.document, next.catalogue, presentIn(catalogue.current().catalogue));

/** Serves `next` from the record on that comes when all before it are committed; throws NotTaken where nothing was changed. */
function changingOver({ parts, processor, service, folder, onNotice }: EmbeddedCatalogueOptions): ChangeOver {
  const { engine, office } = parts;
  return async (next, from, entry, finish) => {
    const { stores } = fillingOf(parts, next);
    await service.alone(async () => {
      const inService = await service.prepared(next).catch((error: Error) => {
        throw error instanceof InputError ? new NotTaken(error.message) : error;
      });
      await processor.between(async (at) => {
        const filled = await finish?.(at);
        const kept = finish ? [] : next.filledFrom;
        const said = { ...entry, detail: { ...entry.detail, from, to: 'live', offset: at } };
        if (!(await office.catalogue.move(next.version, from, 'live', kept, said, at)))
          throw new NotTaken(MOVED);
        if (filled) {
          for (const [, table] of tablesOf(filled)) table.clearChanged();
          takeTables(engine.state, filled, stores);
          for (const store of stores) parts.filled.add(store);
        }
        service.take(next, inService);
        onNotice(`Catalogue version ${next.version} decides from record ${at} on`);
      });
    });
    await service.refresh();
    // What was filled for versions before, and nobody reads any more.
    const kept = storesOf(next.catalogue);
    await dropFilled(folder, (store) => !kept.has(store));
  };
}

/** The one filling that there is at most. */
type Fillings = {
  readonly running: Fill | undefined;
  begin(next: ServedCatalogue, entry: AuditEntry): Fill;
  /** Back to a draft, or retired where there is another; what was filled of it is let go. */
  giveUp(version: number, entry: AuditEntry): Promise<boolean>;
  /** Ends it so that the next start goes on with it. */
  close(): Promise<void>;
};

function createFillings(options: EmbeddedCatalogueOptions, changeOver: ChangeOver): Fillings {
  const { parts, processor, folder, clock, onNotice } = options;
  const { database, office } = parts;
  const book = office.catalogue;
  const session = database.unhurried;
  const values = createPastValues(session);
  const store = createSqlStore(session, kyselyOver(session));
  let fill: Fill | undefined;
  let closing = false;

  async function giveUp(version: number, entry: AuditEntry): Promise<boolean> {
    const to = (await book.inState('draft')) ? 'retired' : 'draft';
    const said = { ...entry, detail: { ...entry.detail, from: 'filling', to } };
    const moved = await book.move(version, 'filling', to, [], said);
    if (!moved) return false;
    await values.drop(version);
    await removeFilled(folder, version);
    return true;
  }

  /** It ended without being taken over: the version may be changed and tried again. */
  async function over(failed: Fill, error: Error, entry: AuditEntry): Promise<void> {
    // A desk that is being closed goes on with it when it is opened again.
    if (closing || error instanceof FillStopped) return;
    const why = lacksMemory(error) ? 'there is too little memory for its histories' : error.message;
    onNotice(`Catalogue version ${failed.version} was not filled: ${why}. What serves goes on.`);
    try {
      await giveUp(failed.version, { ...entry, atMs: clock.nowMs() });
      await book.tell(failed.version, `It was not filled: ${why}`);
    } catch (trouble) {
      onNotice(`Catalogue version ${failed.version}: ${(trouble as Error).message}`);
    }
  }

  return {
    get running() {
      return fill;
    },
    begin(next, entry) {
      const { catalogues, current } = parts.catalogue;
      const started = startFill(
        { session, store, values, folder, processor, catalogues, nowMs: clock.nowMs },
        next,
        current().catalogue,
        fillingOf(parts, next).lacking,
        (finish) => changeOver(next, 'filling', entry, finish),
      );
      fill = started;
      const ended = (): void => {
        if (fill === started) fill = undefined;
      };
      const finished = (): Promise<void> => {
        ended();
        return values
          .finish(next.version)
          .catch((error: Error) => onNotice(`Catalogue version ${next.version}: ${error.message}`));
      };
      void started.done.then(finished, (error: Error) => {
        ended();
        return over(started, error, entry);
      });
      return started;
    },
    giveUp,
    async close() {
      closing = true;
      await fill?.stop();
    },
  };
}

export function embeddedCatalogue(options: EmbeddedCatalogueOptions): EmbeddedCatalogue {
  const { parts, service, clock, onNotice } = options;
  const book = parts.office.catalogue;
  const changeOver = changingOver(options);
  const fillings = createFillings(options, changeOver);
  let closing = false;

  function nextOf(filed: FiledCatalogue): ServedCatalogue | string {
    const next = readied(filed);
    return typeof next === 'string'
      ? next
      : { ...next, filledFrom: stillFilling(parts.catalogue.current(), next.catalogue) };
  }

  async function goLive(version: number, entry: AuditEntry): Promise<WentLive> {
    const { running } = fillings;
    // One that serves already is tidied up behind; the next waits for that.
    if (running && running.version === parts.catalogue.current().version)
      await running.done.catch(() => undefined);
    else if (running)
      return { problem: 'Another version is being filled. Wait until it is live, or end it.' };
    const filed = await book.find(version);
    if (!filed) return { problem: `There is no version ${version} of the catalogue.` };
    const next = nextOf(filed);
    if (typeof next === 'string') return { problem: next };
    try {
      if (!needsFilling(fillingOf(parts, next))) {
        await changeOver(next, 'draft', entry);
        return WENT_LIVE;
      }
      // Whether models can serve with it is known before hours of filling.
      await service.prepared(next);
      const said = { ...entry, detail: { ...entry.detail, from: 'draft', to: 'filling' } };
      if (!(await book.move(version, 'draft', 'filling', [], said))) return { problem: MOVED };
      const started = fillings.begin(next, entry);
      const late = sleep(SHORT_MS, undefined, { ref: false });
      const soon = await Promise.race([started.done.then(() => WENT_LIVE, notFilled), late]);
      return soon ?? { filling: started.progress() };
    } catch (error) {
      if (error instanceof NotTaken || error instanceof InputError) return { problem: error.message };
      throw error;
    }
  }

  async function resume(): Promise<void> {
    const filed = await book.inState('filling');
    if (!filed || fillings.running || closing) return;
    const entry: AuditEntry = {
      atMs: clock.nowMs(),
      actor: LOCAL_ACTOR,
      action: 'moved a catalogue',
      subject: 'catalogue',
      detail: { version: filed.version, begunBy: filed.movedBy ?? filed.author, resumed: true },
    };
    const next = nextOf(filed);
    if (typeof next === 'string') {
      await fillings.giveUp(filed.version, entry);
      await book.tell(filed.version, next);
      return;
    }
    onNotice(`Catalogue version ${filed.version} is filled anew: the process ended before it was live`);
    fillings.begin(next, entry);
  }

  return {
    current: parts.catalogue.current,
    check: createDocumentCheck(),
    costs: () => costsOf(parts.catalogue.current()),
    fills: true,
    keyFields: () => keyFieldsOf(parts.catalogue),
    goLive,
    filling() {
      const progress = fillings.running?.progress();
      // It is tidied up behind a version that serves already.
      return progress?.version === parts.catalogue.current().version ? undefined : progress;
    },
    async cancelFilling(version, entry) {
      const { running } = fillings;
      if (running?.version !== version) return false;
      await running.stop();
      return fillings.giveUp(version, entry);
    },
    resume,
    async close() {
      closing = true;
      await fillings.close();
    },
  };
}
