// Outputs that one at a time may write to, by a claim, and whose answers get lost.
import { FencedError } from '../../src/ports/stream/state-store.ts';
import type { Output, OutputLog } from '../../src/ports/stream/stream.ts';
import { sourceOffsetOf } from '../../src/stream/message-codec.ts';
import type { Process } from './virtual-time.ts';
import type { World } from './world.ts';

export function createUnreliableOutputs({
  faults,
  outputs,
  callOver,
  append,
}: World): (process: Process) => OutputLog {
  let claimNumber = 0;
  const claimedBy = new Map<number, number>();
  return (process) => {
    const mine = new Map<number, number>();
    return {
      claim: (partition) =>
        callOver(process, async () => {
          claimedBy.set(partition, ++claimNumber);
          mine.set(partition, claimNumber);
          if (faults.sabotage === 'no look at the end of the outputs') {
            return { decisions: -1, 'dead-letters': -1 };
          }
          const last = (output: Output): number => {
            const told = outputs[output][partition].flatMap(
              ({ value }) => (value && sourceOffsetOf(value)) ?? [],
            );
            return told.at(-1) ?? -1;
          };
          return { decisions: last('decisions'), 'dead-letters': last('dead-letters') };
        }),
      append: (partition, messages) => {
        const number = mine.get(partition);
        const done = callOver(process, async () => {
          if (claimedBy.get(partition) !== number && faults.sabotage !== 'no claim') {
            throw new FencedError('claimed by another');
          }
          for (const { output, value } of messages) {
            append(outputs[output][partition], Buffer.alloc(0), value);
          }
        });
        if (faults.sabotage !== 'no wait for the outputs') return done;
        done.catch(() => undefined);
        return Promise.resolve();
      },
    };
  };
}
