// Who is sent to a thread that all share: what decisions wait for at once, what can wait one by one between that.

/** A decision asks several times, one after the other: what can wait does not get in between. */
const QUIET_MS = 2;
/** Where decisions never pause, what can wait gets a turn now and then all the same. */
const LONGEST_WAIT_MS = 100;

export type Turns<Body, Answer> = {
  /** For decisions. */
  now(body: Body): Promise<Answer>;
  /** For whoever can wait: at most one of these stands before one of the others. */
  inTurn(body: Body): Promise<Answer>;
  /** Sends all that waits for its turn. */
  hurry(): void;
  /** Nothing that waits for its turn will be sent. */
  drop(error: Error): void;
  /** How many wait for their turn. */
  readonly waiting: number;
};

type Unhurried = { readonly send: () => void; readonly drop: (error: Error) => void };

/** Nothing was sent yet. */
export function createTurns<Body, Answer>(send: (body: Body) => Promise<Answer>): Turns<Body, Answer> {
  const queue: Unhurried[] = [];
  let urgent = 0;
  let underWay = false;
  let quietAt = 0;
  let turnAt = 0;
  let timer: NodeJS.Timeout | undefined;

  /** Sends what waits longest if it is its turn, and looks again when it may be. */
  function giveTurn(): void {
    clearTimeout(timer);
    if (underWay || queue.length === 0) return;
    const now = performance.now();
    const left = Math.min(urgent > 0 ? LONGEST_WAIT_MS : quietAt - now, turnAt - now);
    if (left > 0) timer = setTimeout(giveTurn, left);
    else queue.shift()?.send();
  }

  return {
    async now(body) {
      urgent++;
      try {
        return await send(body);
      } finally {
        urgent--;
        quietAt = performance.now() + QUIET_MS;
        if (urgent === 0) giveTurn();
      }
    },
    inTurn: (body) =>
      new Promise((resolve, reject) => {
        const work = async (): Promise<void> => {
          underWay = true;
          try {
            resolve(await send(body));
          } catch (error) {
            reject(error);
          } finally {
            underWay = false;
            turnAt = performance.now() + LONGEST_WAIT_MS;
            giveTurn();
          }
        };
        if (queue.length === 0 && !underWay) turnAt = performance.now() + LONGEST_WAIT_MS;
        queue.push({ send: () => void work(), drop: reject });
        giveTurn();
      }),
    hurry() {
      clearTimeout(timer);
      for (const { send: sendNow } of queue.splice(0)) sendNow();
    },
    drop(error) {
      for (const { drop } of queue.splice(0)) drop(error);
      clearTimeout(timer);
    },
    get waiting() {
      return queue.length;
    },
  };
}
