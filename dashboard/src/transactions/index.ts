// What other rooms show of transactions.
export { TopReason } from './concept-words.tsx';
export { LiveTable } from './live-table.tsx';
export { Story, useStory } from './story-body.tsx';
