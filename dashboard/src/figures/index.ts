// What other rooms show of figures.
export { usePeriod } from './period.ts';
export { loadMap } from './world-map.tsx';
