// What is to be done between two batches, each when it is its turn.

type Pause = { take(nextOffset: number): Promise<void>; end(error: Error): void };

export type Pauses = {
  readonly waiting: boolean;
  ask<T>(work: (nextOffset: number) => Promise<T>): Promise<T>;
  /** Does the one that waits longest; where it fails, whoever asked hears of it and nobody else. */
  take(nextOffset: number): Promise<void>;
  /** Nothing that waits will be done, or asked for any more. */
  end(error: Error): void;
};

export function createPauses(): Pauses {
  const queue: Pause[] = [];
  let ended: Error | undefined;
  return {
    get waiting() {
      return queue.length > 0;
    },
    ask(work) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        queue.push({
          take: (nextOffset) =>
            work(nextOffset).then(
              (value) => resolve(value),
              (error: Error) => reject(error),
            ),
          end: reject,
        });
      });
    },
    async take(nextOffset) {
      await queue.shift()?.take(nextOffset);
    },
    end(error) {
      ended = error;
      for (const pause of queue.splice(0)) pause.end(error);
    },
  };
}
