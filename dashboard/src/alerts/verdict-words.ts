// How an alert ended, on its page.
export const VERDICT_WORDS = {
  fraud: '⚑ Fraud',
  genuine: '✓ Genuine',
  unsure: 'Closed as unsure',
  labels: 'Closed by labels from elsewhere',
} as const;
