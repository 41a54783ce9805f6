// What other rooms show of transactions.
export { LiveTable } from './live-table.tsx';
export { Story, useStory } from './story-body.tsx';
