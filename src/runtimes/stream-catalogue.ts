// Another catalogue over a stream: one that needs histories which nobody keeps is filled by the sinks first, then live; workers take it
// each between two batches (decision 034).
import type { FilledFrom, FillProgress } from '../domain/catalogue-version.ts';
import { problemsToText } from '../domain/problem.ts';
import { newHistories } from '../features/catalogue-changes.ts';
import { compileFilling, type Filling, needsFilling, presentIn } from '../features/compile-filling.ts';
import { ENTITY_KINDS } from '../features/feature-state.ts';
import type { CatalogueChange, ServedCatalogue, WentLive } from '../ports/desk.ts';
import type { AuditEntry } from '../ports/office/audit.ts';
import type { CatalogueBook } from '../ports/office/catalogue.ts';
import {
  type CatalogueInService,
  costsOf,
  keyFieldsOf,
  readied,
  stillFilling,
} from './catalogue-in-service.ts';
import { createDocumentCheck } from './document-check.ts';

export type StreamCatalogueParts = {
  readonly book: CatalogueBook;
  readonly inService: CatalogueInService;
  readonly nowMs: () => number;
  /** Takes what the book says into service here. */
  refresh(): Promise<void>;
  /** Why the models in service cannot serve with it; undefined where they can. */
  modelsAgainst(next: ServedCatalogue): Promise<string | undefined>;
  /** What sinks report of a filling. */
  progress(): FillProgress | undefined;
};

const MOVED: WentLive = { problem: 'Somebody moved or wrote it meanwhile. Look at it again.' };

/** What a version needs of the past. Histories of the program that accounts share are kept on a stream whatever serves. */
export function streamFilling({ catalogue: live }: ServedCatalogue, next: ServedCatalogue): Filling {
  const { stores, has } = presentIn(live);
  const kept = { stores: new Set([...ENTITY_KINDS, ...stores]), has };
  return compileFilling(next.document, next.catalogue, kept);
}

export function streamCatalogue(parts: StreamCatalogueParts): CatalogueChange {
  const { book, inService, nowMs, refresh, modelsAgainst } = parts;
  const check = createDocumentCheck();
  let startedAtMs = 0;
  /** What was told of a filling last. */
  let last: FillProgress | undefined;

  /** A version that is filled is told of until this process decides by it: between the two nobody hears that it is neither. */
  function progress(): FillProgress | undefined {
    const coming = inService.coming();
    if (!coming) {
      if (last === undefined || last.version !== inService.taking()?.version) return undefined;
      return { ...last, step: 'changing', remainingSeconds: undefined };
    }
    const told = parts.progress();
    last = told?.version === coming.version ? told : notBegun(coming.version, startedAtMs || nowMs());
    return last;
  }

  async function goLive(version: number, entry: AuditEntry): Promise<WentLive> {
    if (inService.coming())
      return { problem: 'Another version is being filled. Wait until it is live, or end it.' };
    const filed = await book.find(version);
    if (!filed) return { problem: `There is no version ${version} of the catalogue.` };
    const ready = await check(JSON.parse(filed.document));
    if (!ready.ok) return { problem: problemsToText(ready.problems) };
    const next = readied(filed);
    if (typeof next === 'string') return { problem: next };
    const stands = await modelsAgainst(next);
    if (stands !== undefined) return { problem: stands };
    const before = inService.current();
    const begun = newHistories(before.catalogue, ready.catalogue);
    const kept = stillFilling(before, ready.catalogue);
    if (needsFilling(streamFilling(before, next))) {
      const said = { ...entry, detail: { ...entry.detail, from: 'draft', to: 'filling' } };
      if (!(await book.move(version, 'draft', 'filling', [], said))) return MOVED;
      startedAtMs = nowMs();
      await refresh();
      return { filling: progress() ?? notBegun(version, startedAtMs) };
    }
    // A history of accounts is the program's own: it begins with this version.
    const from = begun
      .filter(({ entity }) => entity === 'account')
      .map((history): FilledFrom => ({ ...history, offset: undefined, atMs: nowMs() }));
    if (!(await book.move(version, 'draft', 'live', [...kept, ...from], entry))) return MOVED;
    await refresh();
    return { filledFrom: from };
  }

  return {
    current: inService.current,
    check,
    costs: () => costsOf(inService.current()),
    fills: true,
    keyFields: () => keyFieldsOf(inService),
    goLive,
    filling: progress,
    async cancelFilling(version, entry) {
      const to = (await book.inState('draft')) ? 'retired' : 'draft';
      const said = { ...entry, detail: { ...entry.detail, from: 'filling', to } };
      const moved = await book.move(version, 'filling', to, [], said);
      await refresh();
      return moved;
    },
  };
}

/** Before a sink said anything of it. */
const notBegun = (version: number, startedAtMs: number): FillProgress => ({
  version,
  step: 'replaying',
  records: 0,
  of: 0,
  perSecond: 0,
  remainingSeconds: undefined,
  startedAtMs,
});
