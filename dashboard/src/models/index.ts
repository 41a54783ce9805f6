// What other rooms show of models.
export { QualityFiguresRow } from './quality.tsx';
