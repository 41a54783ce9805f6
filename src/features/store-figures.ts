// What histories of own features take: about, from their layouts.
import type { StoreFigures } from './catalogue.ts';
import type { StoreLayout } from './store-layout.ts';

const STEP_BYTES = 3;
const AMOUNT_BYTES = 3;
const FLAG_BYTES = 1;
/** Whole numbers take two or three, others nine. */
const COLUMN_BYTES = 6;
const HEAD_BYTES = 32;
/** With sums, frauds and places. */
const PROGRAM_HEAD_BYTES = 88;
const KEY_BYTES = 10;
const PLACES = 3;
const DOUBLE = 8;
const SUM_BYTES = 24;

export function figuresOf(layouts: readonly StoreLayout[]): StoreFigures[] {
  return [...new Set(layouts)].map((layout) => {
    const { shape, aggregates } = layout;
    const own = shape.own;
    const lasts = (own?.lasts ?? []).reduce((sum: number, width) => sum + (1 + width) * DOUBLE * PLACES, 0);
    const keys = shape.keySets.reduce((sum, size) => sum + size, 0);
    return {
      id: layout.id,
      entity: layout.entity,
      key: layout.key,
      ...(layout.events && { events: layout.events }),
      features: aggregates.map(({ aggregate }) => aggregate.feature.name),
      retentionSeconds: own && !own.events ? 0 : shape.retentionSeconds,
      bytesPerEvent: !own
        ? STEP_BYTES + AMOUNT_BYTES
        : own.events
          ? STEP_BYTES +
            (own.amount ? AMOUNT_BYTES : 0) +
            (own.flags > 0 ? FLAG_BYTES * Math.ceil(own.flags / 7) : 0) +
            own.columns * COLUMN_BYTES
          : 0,
      bytesBeside:
        (own ? HEAD_BYTES : PROGRAM_HEAD_BYTES) +
        keys * KEY_BYTES +
        lasts +
        ((own?.firsts.length ?? 0) + (own?.favourites ?? 0)) * DOUBLE +
        (own?.sums ?? 0) * SUM_BYTES,
    };
  });
}
