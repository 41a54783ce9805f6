// The keys of a partition: in one slot, so that one script call may change them all.

/** What is kept of a partition, by name. */
export const keysOf = (partition: number) => {
  const key = (name: string): string => `goshawk:{${partition}}:${name}`;
  return {
    head: key('head'),
    accounts: key('accounts'),
    labels: key('labels'),
    olderIds: key('decided-ids-older'),
    ids: key('decided-ids'),
    shared: key('shared'),
  };
};
