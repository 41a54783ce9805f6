// Unknown is shown as unknown.
import { isoTime } from '../../domain/iso-time.ts';

/** NaN and infinities become null. */
export const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

export const timeOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : isoTime(ms));
