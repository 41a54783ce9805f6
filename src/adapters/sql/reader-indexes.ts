// Indexes for what screens look for. Each costs every row that it holds: what only programs ask for has none, and is found by
// looking through (walk.ts).
export const READER_INDEXES: readonly string[] = [
  'create index transactions_country on transactions (country, seq) where country is not null',
  "create index transactions_flagged on transactions (outcome, seq) where outcome <> 'approve'",
  'create index fraud_alerts_account on fraud_alerts (account_id, seq)',
  'drop index alerts_by_loss',
  'drop index alerts_by_due',
  'create index alerts_loss on alerts (status, expected_loss_minor desc, id desc)',
  'create index alerts_due on alerts (status, due_at, id)',
  'create index alerts_newest on alerts (status, id)',
];
