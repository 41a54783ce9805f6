// The most that one transaction may move, as a bank sets it for all its processes.
import { LARGEST_MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR } from '../domain/amount.ts';
import { InputError } from '../domain/input-error.ts';

/** From the environment, in minor units. Throws InputError that says what it may be. */
export function maxAmountMinor(env: Readonly<Record<string, string | undefined>>): number {
  return amountLimit('MAX_AMOUNT_MINOR', env.MAX_AMOUNT_MINOR);
}

/** A limit as it was given by this name; where it was not, the preset. Throws InputError. */
export function amountLimit(name: string, given: string | undefined): number {
  if (given === undefined || given === '') return MAX_AMOUNT_MINOR;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1 || value > LARGEST_MAX_AMOUNT_MINOR) {
    throw new InputError(
      `${name} is "${given}"; it must be a whole number of minor units from 1 to ${LARGEST_MAX_AMOUNT_MINOR}.`,
    );
  }
  return value;
}
