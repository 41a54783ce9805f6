// Fills what a coming catalogue needs of the past, beside a copy of the shared histories: its histories into the copy, before it is live;
// the values that its new features would have had beside what is stored, until nobody decides by the one before any more.
import { isOwnStore } from '../features/feature-state.ts';
import type { Standing, StateStore } from '../ports/stream/state-store.ts';
import { type ComingCatalogue, createSharedFill, type FillParts, type SharedFill } from './fill-shared.ts';
import type { SharedHistories } from './shared-histories.ts';

/** So long at once a coming catalogue is filled before others are heard again. */
const FILL_MS = 1000;

export type ComingFillParts = FillParts & {
  readonly store: Pick<StateStore, 'standing'>;
  readonly partitions: number;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onTrouble: (error: Error) => void;
  /** From here on every snapshot holds what a version needs, from `fromMs` on where not all of the past is there. */
  onFilled(coming: ComingCatalogue, fromMs: number | undefined): Promise<void>;
  readonly onFilling?: (fill: SharedFill, of: number) => void;
  /**
   * How far each partition was when this version decided it, or a later one: all that was decided by one before is published, and is
   * before that. Undefined until that holds for all.
   */
  decidedTo(version: number): Promise<ReadonlyMap<number, number> | undefined>;
};

export type Wanted = {
  /** Stores of one's own that are kept. */
  readonly stores: ReadonlySet<string>;
  /** The version that is to be filled. */
  readonly coming: ComingCatalogue | undefined;
  /** One that was filled and decides; values for what others decided last by the one before it are still missing. */
  readonly unfinished: ComingCatalogue | undefined;
};

/** What is to be filled, and where the partitions stood when that was asked. */
export type ToFill = {
  readonly coming: ComingCatalogue;
  readonly standing: readonly Standing[];
};

export type ComingFill = {
  /**
   * Asked before what was committed is read into the copy: then all of it, up to there, is in the copy. What is not finished goes on
   * here; what comes has to wait for it.
   */
  ask(wanted: Wanted, isStopping: () => boolean): Promise<ToFill | undefined>;
  /** Goes on for about a second. `keep` keeps the copy as the newest snapshot; false where that was refused. */
  run(
    toFill: ToFill,
    copy: SharedHistories,
    keep: () => Promise<boolean>,
    isStopping: () => boolean,
  ): Promise<boolean>;
  close(): Promise<void>;
};

export function createComingFill(parts: ComingFillParts): ComingFill {
  const { store, partitions, monotonicMs } = parts;
  let fill: SharedFill | undefined;

  async function close(): Promise<void> {
    const left = fill;
    fill = undefined;
    await left?.close();
  }

  /** What failed half-way through the past begins again: of what was read nothing is lost then, and nothing is in twice. */
  async function towards(
    current: SharedFill,
    offsets: ReadonlyMap<number, number>,
    isStopping: () => boolean,
  ): Promise<void> {
    const untilMs = monotonicMs() + FILL_MS;
    try {
      await current.run(offsets, () => !isStopping() && monotonicMs() < untilMs);
      if (current.reaches(offsets)) await current.flush();
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Values of a version that decides: up to where others decided last by the one before it. */
  async function finish(target: ComingCatalogue, isStopping: () => boolean): Promise<void> {
    const offsets = await parts.decidedTo(target.version);
    if (!offsets) return;
    const current = fill ?? createSharedFill(target, parts, true);
    fill = current;
    await towards(current, offsets, isStopping);
    if (!current.reaches(offsets)) return;
    await parts.values.finish(target.version);
    await close();
  }

  return {
    async ask({ coming, unfinished }, isStopping) {
      const target = unfinished ?? coming;
      if (fill && fill.coming.version !== target?.version) await close();
      if (unfinished) await finish(unfinished, isStopping);
      else if (coming) return { coming, standing: await store.standing(partitions) };
      return undefined;
    },
    async run({ coming, standing }, copy, keep, isStopping) {
      const { filling } = coming;
      const lacking = filling.stores.filter((id) => isOwnStore(id) && !copy.filled.has(id));
      if (lacking.length === 0 && filling.lacking.length === 0) {
        await parts.onFilled(coming, fill?.holdsFromMs);
        return true;
      }
      const current = fill ?? createSharedFill(coming, parts);
      fill = current;
      const offsets = offsetsOf(copy, standing);
      await towards(current, offsets, isStopping);
      const of = [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
      parts.onFilling?.(current, of);
      if (!current.isAt(offsets)) return true;
      if (!isTold(lacking, standing)) return true;
      if (lacking.length > 0) {
        await copy.adopt(current.state, lacking, () => parts.sleep(0));
        // Live means that it is in the newest snapshot: a copy that has what could not be kept must not be taken for that.
        const isKept = await keep().catch((error: Error) => {
          parts.onTrouble(error);
          return false;
        });
        if (!isKept) {
          await close();
          return false;
        }
      }
      await parts.onFilled(coming, current.holdsFromMs);
      return true;
    },
    close,
  };
}

/** Up to where a copy holds what each partition did: what did nothing to shared histories is not in it, and may do something to others. */
const offsetsOf = (
  { offsetOf }: SharedHistories,
  standing: readonly Standing[],
): ReadonlyMap<number, number> =>
  new Map(
    standing.map(({ nextOffset = 0 }, partition) => [partition, Math.max(nextOffset, offsetOf(partition))]),
  );

/** Whether every owner tells of these stores from before where its partition stands. */
const isTold = (stores: readonly string[], standing: readonly Standing[]): boolean =>
  stores.length === 0 ||
  standing.every(
    ({ told, nextOffset = 0 }) =>
      told !== undefined && told.fromOffset <= nextOffset && stores.every((id) => told.stores.includes(id)),
  );
