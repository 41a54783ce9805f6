// What an embedded desk keeps of a person beside its database: their histories, in memory and in segments, and their records in the
// log. Histories go first, between two batches, with a checkpoint: no restart goes through records that become others.
import { setTimeout as sleep } from 'node:timers/promises';
import { forgetInSegments } from '../adapters/embedded/checkpoint.ts';
import { eraseInLog } from '../adapters/embedded/erase-log.ts';
import { forgetInFilled } from '../adapters/embedded/filled-histories.ts';
import { valuesOfNobodyElse } from '../adapters/sql/erase-mentions.ts';
import { forgetKeys, namesOne, pairsWith } from '../features/forget-keys.ts';
import type { CatalogueChange, Traces, TracesErased } from '../ports/desk.ts';
import type { EmbeddedParts } from './embedded-parts.ts';
import type { EmbeddedRoad } from './embedded-road.ts';

const LOOK_AGAIN_MS = 500;
const KEYS_AT_ONCE = 20_000;

type TracesOptions = {
  readonly parts: EmbeddedParts;
  readonly road: EmbeddedRoad;
  readonly catalogue: Pick<CatalogueChange, 'filling' | 'current'>;
  readonly folder: string;
};

export function embeddedTraces({ parts, road, catalogue, folder }: TracesOptions): Traces {
  const { engine, log, database } = parts;

  /** Histories that are being filled are of records that still name the person: they are let go of when they serve. */
  async function noneIsFilled(waiting: () => Promise<void>): Promise<void> {
    while (catalogue.filling() !== undefined) {
      await waiting();
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async function forget(names: ReadonlySet<string>): Promise<number> {
    const pairs: string[] = [];
    for (const some of pairsWith(engine.state, names, KEYS_AT_ONCE)) {
      pairs.push(...some);
      await new Promise((next) => setImmediate(next));
    }
    const forgotten = await road.processor.between(async (offset) => {
      const count = forgetKeys(engine.state, [...names, ...pairs]);
      await road.checkpoint(offset);
      return count;
    });
    await forgetInSegments(folder, (key) => namesOne(key, names));
    await forgetInFilled(folder, (key) => namesOne(key, names));
    return forgotten;
  }

  return {
    // What is appended and not decided yet is stored under its offset.
    end: async () => log.endOffset(),
    async erase(inHand, eraser, told) {
      let counts: TracesErased = { histories: inHand.counts.histories, records: inHand.counts.records };
      const { devices, addresses } = await valuesOfNobodyElse(database.unhurried, inHand);
      const names = new Set([...eraser.person.map(({ value }) => value), ...devices, ...addresses]);
      await noneIsFilled(() => told(counts));
      const { version } = catalogue.current();
      counts = { ...counts, histories: counts.histories + (await forget(names)) };
      await told(counts);
      for (let after = -1; ; ) {
        const { records, next } = await eraseInLog(database.unhurried, eraser, after, inHand.untilSeq);
        counts = { ...counts, records: counts.records + records };
        await told(counts);
        if (next === undefined) break;
        after = next;
      }
      // A version that was filled meanwhile may have gone through the log as it was.
      if (catalogue.filling() !== undefined || catalogue.current().version !== version) {
        await noneIsFilled(() => told(counts));
        counts = { ...counts, histories: counts.histories + (await forget(names)) };
      }
      return counts;
    },
  };
}
