// Words of dead letters: what failed, and what became of them.

/** What failed: reading a record, deciding it, storing what was decided, or taking it into histories again. */
export const QUARANTINE_STEPS = ['reading', 'deciding', 'storing', 'rebuilding'] as const;
export type QuarantineStep = (typeof QUARANTINE_STEPS)[number];

export const DEAD_LETTER_STATES = ['open', 'retrying', 'resolved', 'discarded'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

/** Of one record's text. Longer ones are cut, and cannot be tried again. */
export const DEAD_LETTER_CHARACTERS = 64 * 1024;
