// Parts that decisions are told into, to see how each turned out.

export const SEGMENT_KINDS = ['fraud type', 'channel', 'type', 'country'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];
