// The state of one partition at work. What a batch of records does to it is beside this file; no waiting in any of them:
// the runner brings in what is needed, and takes out what is to be committed and published.
import type { Money } from '../domain/base-amount.ts';
import type { CardPolicy } from '../domain/card-policy.ts';
import type { DataModel } from '../domain/data-model.ts';
import type { Label } from '../domain/label.ts';
import { createEngine, type Engine } from '../engine/process-batch.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { SharedChange } from '../features/shared-codec.ts';
import type { InService } from '../ports/desk.ts';
import type { AccountBytes, PartitionCommit, PartitionHead, Told } from '../ports/stream/state-store.ts';
import { type AccountCache, copyHistories, createAccountCache } from './account-cache.ts';
import { createDecidedIds, type DecidedIds } from './decided-ids.ts';
import type { SharedHistories } from './shared-histories.ts';
import { engineWithoutHistories } from './without-histories.ts';

const NOTHING = new Uint8Array(0);

export type WorkParts = {
  readonly partition: number;
  readonly shared: SharedHistories;
  /** The catalogue, models and rules in service; asked for each batch. */
  readonly inService: () => InService;
  /** Catalogues that do not decide here, whose own histories others are told of. */
  readonly alsoTold?: () => readonly Catalogue[];
  /** Looks now what is in service, where another process may know more. */
  readonly lookAgain?: () => Promise<void>;
  readonly accountCacheBytes: number;
  readonly decidedIdsKept: number;
  /** The most that one transaction may move, where it is not the preset. */
  readonly maxAmountMinor?: number;
  /** What becomes of card numbers; they are refused where it is not said. */
  readonly cards?: CardPolicy;
  /** What amounts are converted with; asked for each batch. */
  readonly money: () => Money;
  /** How far the clocks of the time zone are ahead of UTC, where there is one. */
  readonly offsetAt?: (timeMs: number) => number;
  /** What is declared besides the fields, types and channels of the program, in what is live at the time. */
  readonly dataModel?: () => DataModel;
};

export type Work = {
  readonly head: PartitionHead;
  readonly partition: number;
  readonly maxAmountMinor: number | undefined;
  readonly cards: CardPolicy | undefined;
  money(): Money;
  readonly offsetAt: ((timeMs: number) => number) | undefined;
  readonly dataModel: (() => DataModel) | undefined;
  readonly cache: AccountCache;
  readonly ids: DecidedIds;
  readonly state: FeatureState;
  catalogue(): Catalogue;
  /** Hash of the one that decided last here; empty before the first batch. */
  decidesBy: string;
  /** Those that others are told of beside it. */
  others: readonly Catalogue[];
  /** What was said last of what is told. */
  told: Told | undefined;
  engine(): Engine;
  /** For while the state store is away. */
  engineWithoutHistories(): Engine;
  /** Decided, published and committed up to here. */
  nextOffset: number;
  publishedOffset: number;
  committedOffset: number;
  unpublishedBytes: number;
  /** When it was seen last that the partition is still this owner's, by a clock that never goes back. */
  lookedAtMs: number;
  /** The state store does not answer, and decisions are made without it: what is published is ahead of it. */
  storeAway: boolean;
  publishing: Promise<void>;
};

/** An engine with what is in service whenever it is asked for; made anew only for other rules, or another catalogue. */
function engineOf(inService: () => InService, make: (inService: InService) => Engine): () => Engine {
  let kept: { readonly engine: Engine; readonly given: InService } | undefined;
  return () => {
    const now = inService();
    if (kept?.given.ruleset !== now.ruleset || kept.given.catalogue !== now.catalogue) {
      kept = { engine: make(now), given: now };
    } else if (kept.engine.inService.serving !== now.serving) {
      // Its rules may be more than those in service.
      kept.engine.serve({ ...kept.engine.inService, serving: now.serving });
    }
    return kept.engine;
  };
}

/** The state of a partition as its store has it. */
export function createWork(parts: WorkParts, head: PartitionHead): Work {
  const cache = createAccountCache(parts.accountCacheBytes);
  const ids = createDecidedIds(head.decidedIds, parts.decidedIdsKept);
  const state: FeatureState = {
    ...parts.shared.tablesFor(parts.partition),
    get account() {
      return cache.table;
    },
  };
  return {
    head,
    partition: parts.partition,
    maxAmountMinor: parts.maxAmountMinor,
    cards: parts.cards,
    money: parts.money,
    offsetAt: parts.offsetAt,
    dataModel: parts.dataModel,
    cache,
    engineWithoutHistories: engineOf(parts.inService, engineWithoutHistories),
    ids,
    state,
    catalogue: () => parts.inService().catalogue,
    decidesBy: '',
    others: [],
    told: head.told,
    engine: engineOf(parts.inService, (inService) => createEngine(state, inService)),
    nextOffset: head.nextOffset ?? 0,
    committedOffset: head.nextOffset ?? 0,
    publishedOffset: head.nextOffset ?? 0,
    unpublishedBytes: 0,
    lookedAtMs: 0,
    storeAway: false,
    publishing: Promise.resolve(),
  };
}

/** What a label changes in the histories that accounts share. */
export const labelChange = (label: Label): SharedChange => ({
  kind: 'label',
  timeSeconds: Math.floor(label.occurredAtMs / 1000),
  fraud: label.fraud,
  keys: label,
});

/** Histories as they are now, to be committed. */
export const accountsOf = (work: Work, accountIds: ReadonlySet<string>): AccountBytes[] =>
  copyHistories(work.cache.table, accountIds);

/** Whether the ids of what was decided are full; then new ones are started. */
export function startNewIds(work: Work): boolean {
  const { full } = work.ids;
  if (full) work.ids.startNew();
  return full;
}

/** Moves the offset, and nothing else. */
export const emptyCommit = (
  partition: number,
  head: Pick<PartitionHead, 'epoch'>,
  firstOffset: number,
  nextOffset: number,
): PartitionCommit => ({
  partition,
  epoch: head.epoch,
  firstOffset,
  nextOffset,
  accounts: [],
  labels: [],
  decidedIds: NOTHING,
  startNewIds: false,
  shared: NOTHING,
});
