// A desk that begins with a past of its own, for tests: of few payments, so that it is soon there.
import { systemClock } from '../../src/ports/clock.ts';
import { type EmbeddedDesk, openDesk } from '../../src/runtimes/embedded.ts';
import { trainFirstModel } from '../../src/training/first-model.ts';

export const LIVE_RATE = 20;
const PAYMENTS = 12_000;

export type Told = { training?: () => void; storing?: (done: number, of: number) => void };

/** Opens the desk of a folder; `endMs` is where the past of a new one ends. */
export function openWithPast(dataDir: string, endMs: number, told: Told = {}): Promise<EmbeddedDesk> {
  const first = { preset: 'default', seed: 7, endMs, liveRate: LIVE_RATE } as const;
  return openDesk({
    dataDir,
    clock: systemClock,
    firstPast: { ...first, events: true, ownFields: true, payments: PAYMENTS },
    onPastStored: (done, of) => told.storing?.(done, of),
    firstModel: (state, past) =>
      trainFirstModel(state, {
        ...(past ?? first),
        onProgress: (step) => {
          if (step === 'training') told.training?.();
        },
      }),
    onNotice: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
}
