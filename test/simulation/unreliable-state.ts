// A state store that is away for a while, or hangs, or lets somebody in who has lost his place.
import { createMemoryStateStore } from '../../src/adapters/memory/state-store.ts';
import type { StateStore } from '../../src/ports/stream/state-store.ts';
import type { Process } from './virtual-time.ts';
import { BUSY_MS, PARTITIONS, START_MS, type World } from './world.ts';

export type UnreliableState = {
  loseEverything(): void;
  /** The histories of these accounts, as text. */
  histories(accountIds: readonly string[]): ReadonlyMap<string, string>;
  forProcess(process: Process): StateStore;
  /** What is there, as nobody disturbs it. */
  readonly store: StateStore;
};

export function createUnreliableState({ faults, time, chance, between, callOver }: World): UnreliableState {
  const memory = createMemoryStateStore();
  const awayFromMs = faults.away ? START_MS + between(0, BUSY_MS / 2) : Number.POSITIVE_INFINITY;
  const awayUntilMs = awayFromMs + between(200, BUSY_MS);
  const hangs = chance(0.3);

  function forProcess(process: Process): StateStore {
    const { sabotage } = faults;
    const call = <T>(caller: Process, work: () => Promise<T>): Promise<T> =>
      callOver(caller, async () => {
        if (time.nowMs() >= awayFromMs && time.nowMs() < awayUntilMs) {
          if (!hangs) throw new Error('connection refused');
          await time.sleep(caller, awayUntilMs - time.nowMs());
        }
        return work();
      });
    return {
      acquire: (partition) =>
        call(process, async () => {
          const head = await memory.acquire(partition);
          return {
            ...head,
            ...(sabotage === 'no ids' && { decidedIds: [] }),
          };
        }),
      accounts: (partition, epoch, ids) =>
        call(process, async () =>
          sabotage === 'no fence before reading'
            ? memory.peek(partition, ids)
            : memory.accounts(partition, epoch, ids),
        ),
      labels: (...asked) => call(process, () => memory.labels(...asked)),
      commit: (commit) =>
        call(process, async () => {
          if (sabotage !== 'no fence') return memory.commit(commit);
          memory.force(commit);
        }),
      tell: (...said) => call(process, () => memory.tell(...said)),
      standing: (partitions) => call(process, () => memory.standing(partitions)),
      sharedAfter: (offsets, max) => call(process, () => memory.sharedAfter(offsets, max)),
      sharedSnapshot: () => call(process, () => memory.sharedSnapshot()),
      keepSnapshot: (snapshot) => call(process, () => memory.keepSnapshot(snapshot)),
      snapshotState: (partitions) => call(process, () => memory.snapshotState(partitions)),
    };
  }

  return {
    store: memory,
    loseEverything: () => memory.loseEverything(),
    histories: (accountIds) =>
      new Map(
        accountIds.map((accountId) => {
          const found = [...Array(PARTITIONS).keys()].flatMap(
            (partition) => memory.peek(partition, [accountId])[0] ?? [],
          );
          return [accountId, found.map((bytes) => Buffer.from(bytes).toString('base64')).join(' ')];
        }),
      ),
    forProcess,
  };
}
