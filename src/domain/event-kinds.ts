// Kinds of events besides payments.

/** The kinds that every desk knows; a data model may have others. */
export const EVENT_KINDS = [
  'login',
  'failed_login',
  'password_change',
  'address_change',
  'device_bound',
  'payee_added',
  'limit_raised',
] as const;
