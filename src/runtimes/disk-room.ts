// Room on the disk under a desk's folder: where there is none, nothing more is taken in, and what was taken in waits.
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Boundary } from '../ports/boundary.ts';
import { OverCapacityError } from '../ports/desk.ts';
import type { Store } from '../ports/store.ts';

const MIN_FREE_BYTES = 64 << 20;
const CHECK_MS = 2000;
const RETRY_MS = 500;

export type DiskRoom = {
  readonly isFull: boolean;
  /** A store whose commits wait for room, as long as it takes. */
  waiting(store: Store): Store;
  /** Looks now, and from now on again and again. */
  watch(boundary: Boundary, onFailure: (error: Error) => void): Promise<void>;
  /** Nothing waits for room any more. */
  stop(): void;
};

/** `onNotice` hears when the disk is full, and when there is room again. */
export function diskRoom(folder: string, onNotice: (message: string) => void): DiskRoom {
  let isFull = false;
  let stopped = false;
  let stopChecks = (): void => undefined;

  function foundFull(): void {
    if (!isFull) onNotice(`The disk under ${folder} is full: intake is paused until space is freed.`);
    isFull = true;
  }

  async function check(): Promise<void> {
    const disk = await statfs(folder);
    const full = disk.bavail * disk.bsize < MIN_FREE_BYTES;
    if (full) foundFull();
    else if (isFull) onNotice('There is space on the disk again: intake goes on.');
    isFull = full;
  }

  return {
    get isFull() {
      return isFull;
    },
    waiting: (store) => ({
      ...store,
      async commit(output) {
        for (;;) {
          try {
            await store.commit(output);
            return;
          } catch (error) {
            if (!(error instanceof OverCapacityError) || stopped) throw error;
            foundFull();
            await sleep(RETRY_MS);
          }
        }
      },
    }),
    async watch(boundary, onFailure) {
      await check();
      stopChecks = boundary.every('disk', CHECK_MS, () => check().catch(onFailure));
    },
    stop() {
      stopped = true;
      stopChecks();
    },
  };
}
