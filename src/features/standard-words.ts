// Words that features of the program share, and how their sentences are made.
import type { ProgramConcept } from '../domain/concept.ts';
import type { AggregateFeature, FeatureDefinition } from './document.ts';
import { LABEL_DELAY_DAYS } from './feature-definition.ts';

type OfConcept = { readonly concept: ProgramConcept };
export type Aggregate = Omit<AggregateFeature, 'kind' | 'concept'> & OfConcept;
/** A feature of the program, with the group that it is listed in. */
export type ProgramFeature = { readonly group: string; readonly definition: FeatureDefinition & OfConcept };

export const aggregate = (group: string, definition: Aggregate): ProgramFeature => ({
  group,
  definition: { kind: 'aggregate', ...definition },
});

export const DELAY = `${LABEL_DELAY_DAYS}d`;
/** How a window behind the label delay is told. */
export const DELAYED = `, ending ${LABEL_DELAY_DAYS} days ago`;

/** Words of windows. */
export const HOUR_WINDOW = { window: '1h', words: 'hour', hours: 1 };
export const DAY_WINDOW = { window: '24h', words: '24 hours', hours: 24 };
export const WEEK_WINDOW = { window: '7d', words: '7 days', hours: 168 };
export const MONTH_WINDOW = { window: '30d', words: '30 days', hours: 720 };
export type Window = typeof HOUR_WINDOW;
