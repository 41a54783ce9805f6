// PastValues in memory: what simulations run on.
import type { FilledVector } from '../../domain/filled-vector.ts';
import { decodeBlock } from '../../engine/filled-block.ts';
import type { PastValues } from '../../ports/past-values.ts';

type Kept = {
  readonly features: FilledVector['features'];
  isFinished: boolean;
  readonly partitions: Map<number, Map<number, Uint8Array>>;
};

export function createMemoryPastValues(): PastValues {
  const sets = new Map<number, Kept>();
  const inOrder = (): [number, Kept][] => [...sets].sort(([a], [b]) => a - b);
  return {
    async begin(version, features) {
      sets.set(version, { features, isFinished: false, partitions: new Map() });
    },
    async add(version, partition, blocks) {
      const kept = sets.get(version);
      if (!kept) throw new Error(`version ${version} did not begin`);
      const rows = kept.partitions.get(partition) ?? new Map<number, Uint8Array>();
      kept.partitions.set(partition, rows);
      for (const block of blocks)
        for (const { offset, vector } of decodeBlock(block, () => true)) rows.set(offset, vector.slice());
    },
    async finish(version) {
      const kept = sets.get(version);
      if (kept) kept.isFinished = true;
    },
    unfinished: async () =>
      inOrder().flatMap(([version, { features, isFinished }]) => (isFinished ? [] : [{ version, features }])),
    reached: async (version) =>
      new Map(
        [...(sets.get(version)?.partitions ?? [])].map(([partition, rows]) => [
          partition,
          Math.max(...rows.keys()),
        ]),
      ),
    async drop(version) {
      sets.delete(version);
    },
    of: async (places) =>
      places.map(({ partition, offset }) => {
        const found = inOrder().flatMap(([version, { features, partitions }]): FilledVector[] => {
          const bytes = partitions.get(partition)?.get(offset);
          return bytes ? [{ version, features, bytes }] : [];
        });
        return found.length > 0 ? found : undefined;
      }),
  };
}
