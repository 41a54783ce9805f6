// When each account paid last, of accounts that become more.

export type LastSeen = {
  /** How many accounts there are. */
  readonly accounts: number;
  /** 0 for never. */
  at(account: number): number;
  set(account: number, atMs: number): void;
  /** There are so many accounts from now on, which are not fewer. */
  growTo(accounts: number): void;
};

const LEAST_ROOM = 1024;

export function createLastSeen(initially: number): LastSeen {
  let accounts = initially;
  let seen = new Float64Array(Math.max(accounts, LEAST_ROOM));
  return {
    get accounts() {
      return accounts;
    },
    at: (account) => seen[account],
    set(account, atMs) {
      seen[account] = atMs;
    },
    growTo(wanted) {
      if (wanted > seen.length) {
        const longer = new Float64Array(wanted * 2);
        longer.set(seen);
        seen = longer;
      }
      accounts = wanted;
    },
  };
}
