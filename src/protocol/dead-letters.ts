// A dead letter as the API shows it.

export type DeadLetterRow = {
  readonly id: number;
  readonly receivedAt: string;
  readonly source: string;
  readonly state: 'open' | 'retrying' | 'resolved' | 'discarded';
  /** How often it failed. */
  readonly times: number;
  readonly changedAt: string;
  readonly changedBy: string | null;
  /** What failed of a record in quarantine; null where input was refused as what it is. */
  readonly step: 'reading' | 'deciding' | 'storing' | 'rebuilding' | null;
  /** It was decided nevertheless, and only storing it failed. */
  readonly decided: boolean;
  readonly kind: 'transaction' | 'label' | null;
  readonly problems: readonly { readonly pointer: string; readonly message: string }[];
  /** For those who may see identifiers. */
  readonly raw?: string;
  readonly transactionId?: string;
  readonly accountId?: string;
};

export type DeadLetterPage = {
  readonly total: number;
  /** Open ones of the quarantine. */
  readonly quarantined: number;
  readonly items: readonly DeadLetterRow[];
  readonly nextCursor: number | null;
};
