// Reads the fields of an untrusted JSON object one by one and collects every problem on the way.
import { maskCardNumbers, mayHoldCardNumber } from './card-number.ts';
import { CARD_REFUSED, type CardPolicy, withoutCards } from './card-policy.ts';
import { identifierForm } from './identifier-form.ts';
import { canonicalIp, ipProblem } from './ip-address.ts';
import { parseIsoTime } from './iso-time.ts';
import type { Problem } from './problem.ts';
import { isSensitiveField, SENSITIVE_FIELD } from './sensitive-fields.ts';
import { type TextKind, textProblem } from './text.ts';

export type TextBounds = {
  readonly kind: TextKind;
  readonly maxLength: number;
  readonly pattern?: RegExp;
  readonly hint?: string;
  /** Addresses of machines: groups of digits in them are no card. */
  readonly isAddress?: true;
  /** What stands for a card number, where it is not what the kind of text has. */
  readonly cardsAs?: TextKind;
};

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Room for a port or a zone, so that it can be said that these are not wanted. */
const ADDRESS: TextBounds = { kind: 'identifier', maxLength: 64, isAddress: true };
const SHOWN_CHARACTERS = 60;
/** More than there are fields: a record of a thousand unknown ones must not become a dead letter of a megabyte. */
const MAX_PROBLEMS = 50;

/** Shortens a value for a message, so that a 1 MB string never comes back in an error; a card number in it is masked. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  // Its last digits are lost here, and with them what tells that it is a card's.
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return 'a number beyond 2^53';
  if (typeof value !== 'string') return maskCardNumbers(String(value), SHOWN_CHARACTERS);
  const text = JSON.stringify(maskCardNumbers(value, SHOWN_CHARACTERS));
  return value.length > SHOWN_CHARACTERS ? `${text.slice(0, -1)}…"` : text;
}

/**
 * A reader over one object; `problems` grows, getters give undefined where the field is absent or wrong. A class, since one
 * is made for every transaction: functions of its own for each would be garbage at once.
 */
export class FieldReader {
  private readonly source: Record<string, unknown>;
  private readonly base: string;
  private readonly problems: Problem[];
  private readonly cards: CardPolicy;
  /** Whether a text was read otherwise than it came: a card number does not stand in it any more, an address has another form. */
  wasChanged = false;

  constructor(source: Record<string, unknown>, base: string, problems: Problem[], cards: CardPolicy) {
    this.source = source;
    this.base = base;
    this.problems = problems;
    this.cards = cards;
  }

  report(name: string, message: string): undefined {
    const { base, problems } = this;
    if (problems.length > MAX_PROBLEMS) return undefined;
    if (problems.length === MAX_PROBLEMS) {
      problems.push({ pointer: '', message: `There are more problems than these ${MAX_PROBLEMS}.` });
      return undefined;
    }
    const pointer = `${base}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    problems.push({ pointer: maskCardNumbers(pointer), message: maskCardNumbers(message) });
    return undefined;
  }

  /** Of the whole object. */
  reportWhole(message: string): void {
    this.problems.push({ pointer: this.base, message });
  }

  private present(name: string, required: boolean): boolean {
    const value = this.source[name];
    if (value !== undefined && value !== null) return true;
    if (required) this.report(name, `${name} is required.`);
    else if (value === null) this.report(name, `${name} is null; leave it out when it is unknown.`);
    return false;
  }

  text(name: string, required: boolean, bounds: TextBounds): string | undefined {
    if (!this.present(name, required)) return undefined;
    const value = this.source[name];
    if (typeof value !== 'string') return this.report(name, `${name} must be a string, not ${shown(value)}.`);
    if (value.length === 0) return this.report(name, `${name} must not be empty.`);
    if (value.length > bounds.maxLength)
      return this.report(name, `${name} has ${value.length} characters; ${bounds.maxLength} are allowed.`);
    const problem = textProblem(value, bounds.kind);
    if (problem !== undefined) return this.report(name, `${name} ${problem}.`);
    if (bounds.pattern && !bounds.pattern.test(value))
      return this.report(name, `${name} is ${shown(value)}; it must be ${bounds.hint}.`);
    if (bounds.isAddress || !mayHoldCardNumber(value)) return value;
    return this.withoutCards(name, value, bounds);
  }

  private withoutCards(
    name: string,
    value: string,
    { kind, maxLength, cardsAs = kind }: TextBounds,
  ): string | undefined {
    const kept = withoutCards(value, cardsAs, this.cards);
    if (kept === value) return value;
    if (kept === undefined) return this.report(name, `${name} ${CARD_REFUSED}.`);
    if (kept.length > maxLength)
      return this.report(
        name,
        `${name} holds a card number and is too long with the token that stands for it.`,
      );
    this.wasChanged = true;
    return kept;
  }

  /** The address of a machine in its one form. */
  address(name: string, required: boolean): string | undefined {
    const text = this.text(name, required, ADDRESS);
    if (text === undefined) return undefined;
    const canonical = canonicalIp(text);
    if (canonical === undefined) return this.report(name, `${name} is ${shown(text)}; ${ipProblem(text)}.`);
    if (canonical !== text) this.wasChanged = true;
    return canonical;
  }

  /** What a party, an account or a device is called, in its one form. */
  identifier(name: string, required: boolean, bounds: TextBounds): string | undefined {
    const text = this.text(name, required, bounds);
    if (text === undefined) return undefined;
    const form = identifierForm(text);
    if (form !== text) this.wasChanged = true;
    return form;
  }

  choice<T extends string>(name: string, required: boolean, allowed: ReadonlySet<T>): T | undefined {
    if (!this.present(name, required)) return undefined;
    const value = this.source[name];
    if (typeof value === 'string' && (allowed as ReadonlySet<string>).has(value)) return value as T;
    const list = allowed.size <= 12 ? `one of ${[...allowed].join(', ')}` : 'a known code';
    return this.report(name, `${name} is ${shown(value)}; it must be ${list}.`);
  }

  number(name: string, required: boolean, min: number, max: number, integer: boolean): number | undefined {
    if (!this.present(name, required)) return undefined;
    const value = this.source[name];
    if (typeof value !== 'number' || !Number.isFinite(value))
      return this.report(name, `${name} must be a finite number, not ${shown(value)}.`);
    if (integer && !Number.isSafeInteger(value))
      return this.report(name, `${name} is ${shown(value)}; it must be a whole number below 2^53.`);
    if (value < min || value > max)
      return this.report(name, `${name} is ${shown(value)}; it must be from ${min} to ${max}.`);
    // A zero below zero is written as 0 and would not read back the same.
    return value === 0 ? 0 : value;
  }

  time(name: string, required: boolean, minMs: number, maxMs: number): number | undefined {
    if (!this.present(name, required)) return undefined;
    const value = this.source[name];
    const ms = typeof value === 'string' && value.length <= 40 ? parseIsoTime(value) : undefined;
    if (ms === undefined)
      return this.report(
        name,
        `${name} is ${shown(value)}; it must be a time like 2026-11-23T15:00:00Z (ISO 8601 with Z or an offset).`,
      );
    if (ms < minMs) return this.report(name, `${name} is before ${new Date(minMs).toISOString()}.`);
    if (ms > maxMs)
      return this.report(name, `${name} is in the future: later than ${new Date(maxMs).toISOString()}.`);
    return ms;
  }

  flag(name: string, required: boolean): boolean | undefined {
    if (!this.present(name, required)) return undefined;
    const value = this.source[name];
    if (typeof value === 'boolean') return value;
    return this.report(name, `${name} must be true or false, not ${shown(value)}.`);
  }

  names(): readonly string[] {
    return Object.keys(this.source);
  }

  /** As it came, for whoever looks at what it is. */
  value(name: string): unknown {
    return this.source[name];
  }

  /** A reader over the object in a field. */
  within(name: string): FieldReader | undefined {
    if (!this.present(name, false)) return undefined;
    const value = this.source[name];
    if (isObject(value)) return new FieldReader(value, `${this.base}/${name}`, this.problems, this.cards);
    return this.report(name, `${name} must be an object, not ${shown(value)}.`);
  }

  /** Reports every other field; `hint` says where it may belong. */
  onlyKnown(known: ReadonlySet<string>, hint = ''): void {
    for (const name of Object.keys(this.source)) {
      if (known.has(name)) continue;
      if (this.problems.length > MAX_PROBLEMS) return;
      const at = maskCardNumbers(name, SHOWN_CHARACTERS);
      if (isSensitiveField(name)) this.report(at, SENSITIVE_FIELD);
      else
        this.report(
          at,
          `${shown(name)} is not a known field; known are ${[...known].join(', ')}.${hint && ` ${hint}`}`,
        );
    }
  }
}

export const fieldReader = (
  source: Record<string, unknown>,
  base: string,
  problems: Problem[],
  cards: CardPolicy,
): FieldReader => new FieldReader(source, base, problems, cards);
