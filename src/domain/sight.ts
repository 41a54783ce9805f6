// What somebody may see of people: all of it, or tokens in their place. Whatever makes rows of a transaction makes them of
// `transactionSeen`, so that nothing can be derived from what may not be seen.
import { FRAUD_TYPES, SIMULATED_FRAUD_TYPES } from './alert.ts';
import type { CustomerEvent } from './customer-event.ts';
import type { Attributes, AttributeValue } from './data-model.ts';
import type { RuleHit } from './decision.ts';
import type { Transaction } from './transaction.ts';

export const HIDDEN_KINDS = ['account', 'device', 'ip', 'payee', 'own'] as const;
export type HiddenKind = (typeof HIDDEN_KINDS)[number];

export type Sight =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'masked';
      /** Stands for an identifier: the same for the same one, and nothing that it could be guessed from. */
      token(kind: HiddenKind, identifier: string): string;
      /** How a field of one's own is shown, by its dotted path. */
      attributeSeenAs(name: string): 'whole' | 'token' | 'hidden';
    };

export const WHOLE: Sight = { kind: 'whole' };

/** A degree is some hundred kilometres: the region stays, the house does not. */
const roughly = (degrees: number): number => Math.round(degrees);

/**
 * A transaction as it is seen. The masked form is made anew of what may be seen: a field that is not named here is not in it.
 * The merchant of a purchase is a business and stays; of anything else it is whoever gets the money.
 */
export function transactionSeen(t: Transaction, sight: Sight): Transaction {
  if (sight.kind === 'whole') return t;
  const { merchant, location } = t;
  return {
    id: t.id,
    accountId: sight.token('account', t.accountId),
    occurredAtMs: t.occurredAtMs,
    ...(t.utcOffsetMinutes !== undefined && { utcOffsetMinutes: t.utcOffsetMinutes }),
    amountMinor: t.amountMinor,
    currency: t.currency,
    ...(t.billing !== undefined && { billing: t.billing }),
    ...(t.base !== undefined && { base: t.base }),
    type: t.type,
    ...(t.channel !== undefined && { channel: t.channel }),
    ...(merchant !== undefined && {
      merchant: {
        id: t.type === 'purchase' ? merchant.id : sight.token('payee', merchant.id),
        ...(t.type === 'purchase' && merchant.name !== undefined && { name: merchant.name }),
        ...(merchant.mcc !== undefined && { mcc: merchant.mcc }),
      },
    }),
    ...(t.country !== undefined && { country: t.country }),
    ...(location !== undefined && { location: { lat: roughly(location.lat), lon: roughly(location.lon) } }),
    ...(t.deviceId !== undefined && { deviceId: sight.token('device', t.deviceId) }),
    ...(t.ip !== undefined && { ip: sight.token('ip', t.ip) }),
    ...(t.counterpartyId !== undefined && { counterpartyId: sight.token('payee', t.counterpartyId) }),
    ...(t.attributes !== undefined && attributesSeen(t.attributes, sight)),
    ...(t.relatesTo !== undefined && { relatesTo: t.relatesTo }),
  };
}

/** An event as it is seen, made anew likewise. */
export function customerEventSeen(event: CustomerEvent, sight: Sight): CustomerEvent {
  if (sight.kind === 'whole') return event;
  const {
    id,
    kind,
    occurredAtMs,
    utcOffsetMinutes,
    accountId,
    deviceId,
    ip,
    counterpartyId,
    country,
    currency,
    base,
  } = event;
  return {
    id,
    kind,
    occurredAtMs,
    ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
    ...(accountId !== undefined && { accountId: sight.token('account', accountId) }),
    ...(deviceId !== undefined && { deviceId: sight.token('device', deviceId) }),
    ...(ip !== undefined && { ip: sight.token('ip', ip) }),
    ...(counterpartyId !== undefined && { counterpartyId: sight.token('payee', counterpartyId) }),
    ...(country !== undefined && { country }),
    ...(currency !== undefined && { currency }),
    ...(base !== undefined && { base }),
    ...(event.attributes !== undefined && attributesSeen(event.attributes, sight)),
  };
}

/** Fields of one's own as they are seen: none where none of them is. */
export function attributesSeen(attributes: Attributes, sight: Sight): { readonly attributes?: Attributes } {
  if (sight.kind === 'whole') return { attributes };
  const seen: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const as = sight.attributeSeenAs(name);
    if (as === 'whole') seen[name] = value;
    else if (as === 'token') seen[name] = sight.token('own', `${name}\0${value}`);
  }
  return Object.keys(seen).length === 0 ? {} : { attributes: seen };
}

/** What a rule says is written by people and may name somebody; what it is called does not. */
export const ruleWords = (id: string): string => `Rule ${id}`;

/** A rule that held, as it is seen. */
export function hitSeen(hit: RuleHit, sight: Sight): RuleHit {
  if (sight.kind === 'whole') return hit;
  const { id, version, action, priority, shadow } = hit;
  return { id, version, action, priority, text: ruleWords(id), ...(shadow !== undefined && { shadow }) };
}

const USUAL_TYPES: ReadonlySet<string> = new Set([...FRAUD_TYPES, ...SIMULATED_FRAUD_TYPES]);

/** A kind of fraud as it is seen: a label may carry any text, so the masked form knows the usual kinds alone. */
export function fraudTypeSeen(type: string | undefined, sight: Sight): string | undefined {
  if (type === undefined || sight.kind === 'whole' || USUAL_TYPES.has(type)) return type;
  return 'other';
}
