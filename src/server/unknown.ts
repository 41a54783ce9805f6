// Unknown is shown as unknown.

/** NaN and infinities become null. */
export const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
