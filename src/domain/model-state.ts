// Where a model stands on its way to deciding.

/**
 * A candidate waits to be judged; a shadow is measured on what the others decide; a challenger decides for a share of the
 * accounts; the champion decides; a retired model is kept for its decisions.
 */
export const MODEL_STATES = ['candidate', 'shadow', 'challenger', 'champion', 'retired'] as const;
export type ModelState = (typeof MODEL_STATES)[number];
