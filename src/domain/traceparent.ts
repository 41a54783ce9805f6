// The trace context that a caller sends along.

/** Trace Context, W3C Recommendation, section 3.2. */
export const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
