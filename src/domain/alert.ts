// An alert: what was flagged of an account and waits for somebody's verdict.
export const VERDICTS = ['fraud', 'genuine', 'unsure'] as const;
export type AlertVerdict = (typeof VERDICTS)[number];

/** The usual kinds of fraud, for choosing from; a label may carry another. */
export const FRAUD_TYPES = [
  'card_testing',
  'lost_or_stolen_card',
  'counterfeit_card',
  'card_not_present',
  'account_takeover',
  'application_fraud',
  'authorised_push_payment',
  'mule_account',
  'merchant_fraud',
  'first_party',
  'other',
] as const;

/** The kinds that the simulator plays. */
export const SIMULATED_FRAUD_TYPES = [
  'stolen_card_spree',
  'card_testing',
  'cnp_stolen_credentials',
  'account_takeover',
  'merchant_compromise',
  'impossible_travel',
  'mule_transfers',
  'first_party_bust_out',
  'app_scam',
] as const;

/** Which alerts a person looks at. */
export const ALERT_VIEWS = [
  'open',
  'mine',
  'unassigned',
  'overdue',
  'escalated',
  'samples',
  'snoozed',
  'closed',
] as const;
export type AlertView = (typeof ALERT_VIEWS)[number];

export const ALERT_SORTS = ['priority', 'due', 'newest'] as const;
export type AlertSort = (typeof ALERT_SORTS)[number];

/** How soon an alert is to be looked at, by the loss to be expected: hundredths of a currency unit, and minutes. */
export const SERVICE_LEVELS: readonly { readonly fromLossMinor: number; readonly minutes: number }[] = [
  { fromLossMinor: 0, minutes: 480 },
  { fromLossMinor: 10_000, minutes: 120 },
  { fromLossMinor: 100_000, minutes: 30 },
];
