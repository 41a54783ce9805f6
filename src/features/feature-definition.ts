// What is said of a feature, and the limits that several speak of.

/** Labels are taken as complete this long after the transaction; risk windows end there. */
export const LABEL_DELAY_DAYS = 7;
/** From this amount in major units on, `is_high_amount` is 1. */
export const HIGH_AMOUNT_MAJOR = 1000;
/** Below this amount in major units a payment counts as small: what card testers try. */
export const SMALL_AMOUNT_MAJOR = 5;

/** Ages are told up to here: beyond, they only say how long the installation has been running. */
export const AGE_LIMIT_DAYS = 90;
/** From so many times an account's usual amount on, an amount is unusual. */
export const UNUSUAL_TIMES = 3;

/** Reads another feature of the same vector, for sentences that compare. */
export type Look = (name: string) => number;

/** Of a feature that always has a value. */
export const NEVER = 'never missing';
export const NO_HISTORY = 'missing until the account has a history';
export const NO_RECENT_FRAUD = `missing when there is none in ${AGE_LIMIT_DAYS} days`;
export const NO_MERCHANT = 'missing without a merchant id';
