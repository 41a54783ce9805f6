// What other rooms show of figures.
export { loadMap } from './world-map.tsx';
