// The erasure of a person: by what they are named, and what stays of a record that was theirs. What stays is what somebody who may not
// see identifiers would see, without device, address and place; tokens stand in the place of accounts, made with a key that is
// thrown away at the end, so that rows of one account belong together and nobody can tell whose they were.
import { createHmac } from 'node:crypto';
import { asDeclared } from './as-declared.ts';
import { type CustomerEvent, customerEventToJson } from './customer-event.ts';
import type { Attributes, DataModel } from './data-model.ts';
import type { RuleHit } from './decision.ts';
import { ACCOUNT_FIELD, ERASED, type PersonIdentifier } from './erasure.ts';
import { identifierForm } from './identifier-form.ts';
import type { Label } from './label.ts';
import { attributeSeenAs, ownDataOf } from './own-data.ts';
import type { Parsed, Problem } from './problem.ts';
import { customerEventSeen, fraudTypeSeen, hitSeen, type Sight, transactionSeen } from './sight.ts';
import type { Transaction } from './transaction.ts';

/** Digits and letters that nobody takes for one another; sixteen of them are eighty bits. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const TOKEN_LETTERS = 16;

const NOT_PERSONAL =
  'is declared as not personal: many people may share its value. Name the person by an account or by a field that is personal.';

/** Reads by what a person is named, each value in the form that is stored. */
export function readPerson(
  identifiers: readonly PersonIdentifier[],
  dataModel: DataModel,
): Parsed<readonly PersonIdentifier[]> {
  const own = ownDataOf(dataModel);
  const problems: Problem[] = [];
  const person = identifiers.flatMap(({ field, value }, i): readonly PersonIdentifier[] => {
    if (field === ACCOUNT_FIELD) return [{ field, value: identifierForm(value) }];
    const definition = own.fields.get(field)?.definition;
    if (definition && !definition.personal) {
      problems.push({ pointer: `/person/${i}/field`, message: `${field} ${NOT_PERSONAL}` });
      return [];
    }
    const kept = asDeclared({ [field]: value }, own)[field];
    if (kept !== undefined) return [{ field, value: String(kept) }];
    const message = `This is no ${definition?.type ?? 'value'} as ${field} is declared: no record can hold it.`;
    problems.push({ pointer: `/person/${i}/value`, message });
    return [];
  });
  return problems.length === 0 ? { ok: true, value: person } : { ok: false, problems };
}

/** What a record says of whose it is. */
export type Stated = { readonly accountId?: string; readonly attributes?: Attributes };

export type Eraser = {
  readonly person: readonly PersonIdentifier[];
  /** Stands for a value: the same for the same one within an erasure, and no other erasure makes it. */
  token(value: string): string;
  /** Whether a record states one of the person's names. */
  isTheirs(stated: Stated): boolean;
  transaction(transaction: Transaction): Transaction;
  event(event: CustomerEvent): CustomerEvent;
  /** `merchantId` as it stands in the erased transaction of the label, where there is one. */
  label(label: Label, merchantId: string | undefined): Label;
  hit(hit: RuleHit): RuleHit;
  fraudType(type: string | undefined): string | undefined;
};

/** Erases what is of a person; `key` is the erasure's own. */
export function createEraser(key: Buffer, person: readonly PersonIdentifier[], dataModel: DataModel): Eraser {
  const own = ownDataOf(dataModel);
  const accounts = new Set(person.flatMap(({ field, value }) => (field === ACCOUNT_FIELD ? value : [])));
  const fields = person.filter(({ field }) => field !== ACCOUNT_FIELD);
  const token = (value: string): string => {
    if (value.startsWith(ERASED)) return value;
    const bytes = createHmac('sha256', key).update(value).digest();
    return ERASED + Array.from({ length: TOKEN_LETTERS }, (_, i) => LETTERS[bytes[i] & 31]).join('');
  };
  const sight: Sight = {
    kind: 'masked',
    token: (_kind, identifier) => token(identifier),
    attributeSeenAs: (name) => (attributeSeenAs(name, own) === 'whole' ? 'whole' : 'hidden'),
  };
  return {
    person,
    token,
    isTheirs({ accountId, attributes }) {
      if (accountId !== undefined && accounts.has(accountId)) return true;
      if (!attributes || fields.length === 0) return false;
      const declared = asDeclared(attributes, own);
      return fields.some(
        ({ field, value }) => String(declared[field]) === value || String(attributes[field]) === value,
      );
    },
    transaction: (transaction) => ({
      ...transactionSeen(transaction, sight),
      deviceId: undefined,
      ip: undefined,
      location: undefined,
    }),
    event: (event) => ({
      ...customerEventSeen(event, sight),
      deviceId: undefined,
      ip: undefined,
    }),
    label: (
      { transactionId, fraud, fraudType, source, labelledAtMs, accountId, occurredAtMs },
      merchantId,
    ) => ({
      transactionId,
      fraud,
      ...(fraudType !== undefined && { fraudType: fraudTypeSeen(fraudType, sight) }),
      source,
      labelledAtMs,
      accountId: token(accountId),
      occurredAtMs,
      ...(merchantId !== undefined && { merchantId }),
    }),
    hit: (hit) => hitSeen(hit, sight),
    fraudType: (type) => fraudTypeSeen(type, sight),
  };
}

/** The event as it is stored. */
export const erasedEventText = (event: CustomerEvent): string => JSON.stringify(customerEventToJson(event));
