// What the desk tells others of: events for webhooks and e-mail.
export const EVENT_TYPES = [
  'alert.opened',
  'alert.escalated',
  'alert.assigned',
  'alert.closed',
  'case.opened',
  'case.proposed',
  'case.closed',
  'rule.moved',
  'model.moved',
  'list.changed',
  'person.locked_out',
  'test',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Events that follow from a line of the audit trail, by what was done. */
export const EVENT_OF_ACTION: Readonly<Record<string, EventType>> = {
  escalated: 'alert.escalated',
  assigned: 'alert.assigned',
  'gave verdict': 'alert.closed',
  'opened a case': 'case.opened',
  'proposed to close a case': 'case.proposed',
  'closed a case': 'case.closed',
  'moved a rule': 'rule.moved',
  'moved a model': 'model.moved',
  'rolled back a model': 'model.moved',
  'put into a list': 'list.changed',
  'took out of a list': 'list.changed',
  'imported into a list': 'list.changed',
  'was locked out': 'person.locked_out',
};
