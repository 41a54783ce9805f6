// The erasure that is under way, step by step, beside everything else: one at a time, gone on with by whichever process holds it.
import { randomUUID } from 'node:crypto';
import { LOCAL_ACTOR } from '../../domain/access.ts';
import { createEraser } from '../../domain/eraser.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk, TracesErased } from '../../ports/desk.ts';
import type { ErasureInHand } from '../../ports/office/erasures.ts';

const EVERY_MS = 2000;
/** A process that died holds it for so long. */
const HELD_MS = 15_000;
const HELD_AGAIN_MS = 3000;

export const ERASED_A_PERSON = 'erased a person';

export type ErasureKeeper = {
  /** Something was asked for. */
  wake(): void;
  /** Ends between two steps; what is under way goes on with the next start. */
  stop(): Promise<void>;
};

/** Somebody else holds it by now, or the desk is being closed. */
class LetGo extends Error {}

export function keepErasures(
  desk: Desk,
  onTrouble: (error: Error) => void,
  boundary: Boundary,
): ErasureKeeper {
  const { clock, office } = desk;
  const { erasures } = office;
  const holder = randomUUID();
  let stopping = false;
  let running: Promise<void> | undefined;

  async function finish(inHand: ErasureInHand): Promise<void> {
    const eraser = createEraser(inHand.key, inHand.person, desk.dataModel());
    let heldAtMs = clock.nowMs();
    const stillHeld = async (): Promise<void> => {
      if (stopping) throw new LetGo();
      if (clock.nowMs() - heldAtMs < HELD_AGAIN_MS) return;
      heldAtMs = clock.nowMs();
      const held = await erasures.hold(holder, heldAtMs, HELD_MS);
      if (held?.id !== inHand.id) throw new LetGo();
    };
    for (;;) {
      await stillHeld();
      if (await erasures.step(inHand, eraser, clock.nowMs())) break;
    }
    const last = await erasures.hold(holder, clock.nowMs(), HELD_MS);
    if (last?.id !== inHand.id) return;
    const told = async (counts: TracesErased): Promise<void> => {
      await erasures.count(inHand.id, counts);
      await stillHeld();
    };
    const counts = await desk.traces.erase(last, eraser, told);
    await erasures.count(inHand.id, counts);
    await erasures.finish(inHand.id, {
      atMs: clock.nowMs(),
      actor: { ...LOCAL_ACTOR, id: 'erasure', name: inHand.askedBy },
      action: ERASED_A_PERSON,
      subject: `erasure ${inHand.id}`,
      detail: { token: inHand.token, reference: inHand.reference },
    });
  }

  async function work(): Promise<void> {
    while (!stopping) {
      const inHand = await erasures.hold(holder, clock.nowMs(), HELD_MS);
      if (!inHand) return;
      try {
        await finish(inHand);
      } catch (error) {
        if (error instanceof LetGo) return;
        onTrouble(error as Error);
        await erasures.tell(inHand.id, (error as Error).message.slice(0, 300)).catch(onTrouble);
        return;
      }
    }
  }

  const go = (): Promise<void> => {
    running ??= work()
      .catch(onTrouble)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const stopLooking = boundary.every('erasures', EVERY_MS, go);
  return {
    wake: boundary.guarded('erasures', go),
    async stop() {
      stopping = true;
      stopLooking();
      await running;
    },
  };
}
