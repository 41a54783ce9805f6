// What other rooms show of accounts and what they share.
export { AccountMap } from './account-map.tsx';
export { AccountTimeline } from './account-timeline.tsx';
export { LinkedAccounts } from './link-graph.tsx';
