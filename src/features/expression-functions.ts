// The functions that expressions may call, each with its signature in CEL and its closure.
import type { Functions, NumberPart, Part } from './expression.ts';
import { distanceKm } from './geo.ts';
import { domainOf } from './record-fields.ts';

const one =
  <R>(compute: (value: number) => number) =>
  ([value]: readonly Part<R>[]): Part<R> | undefined =>
    value?.type === 'number' ? { type: 'number', of: (record) => compute(value.of(record)) } : undefined;

const two =
  <R>(compute: (left: number, right: number) => number) =>
  ([left, right]: readonly Part<R>[]): Part<R> | undefined =>
    left?.type === 'number' && right?.type === 'number'
      ? { type: 'number', of: (record) => compute(left.of(record), right.of(record)) }
      : undefined;

const ofTexts =
  <R>(holds: (whole: string, part: string) => boolean) =>
  ([whole, part]: readonly Part<R>[]): Part<R> | undefined =>
    whole?.type === 'text' && part?.type === 'text'
      ? { type: 'truth', of: (record) => holds(whole.of(record), part.of(record)) }
      : undefined;

const isNumber = <R>(part: Part<R>): part is NumberPart<R> => part.type === 'number';

/** Characters as CEL counts them: code points. */
function characters(value: string): number {
  let count = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0xdc00 || code > 0xdfff) count++;
  }
  return count;
}

/** Over every kind of record. */
export const recordFunctions = <R>(): Functions<R> => ({
  min: two<R>(Math.min),
  max: two<R>(Math.max),
  abs: one(Math.abs),
  floor: one(Math.floor),
  ln: one(Math.log),
  log1p: one(Math.log1p),
  expm1: one(Math.expm1),
  double: one((value) => value),
  size: ([value]) =>
    value?.type === 'text' ? { type: 'number', of: (record) => characters(value.of(record)) } : undefined,
  domain: ([value]) =>
    value?.type === 'text' ? { type: 'text', of: (record) => domainOf(value.of(record)) } : undefined,
  startsWith: ofTexts((whole, part) => whole.startsWith(part)),
  endsWith: ofTexts((whole, part) => whole.endsWith(part)),
  contains: ofTexts((whole, part) => whole.includes(part)),
  distanceKm: (args) => {
    if (args.length !== 4 || !args.every(isNumber)) return undefined;
    const [lat1, lon1, lat2, lon2] = args.map(({ of }) => of);
    return {
      type: 'number',
      of: (record) => distanceKm(lat1(record), lon1(record), lat2(record), lon2(record)),
    };
  },
});

/** Those that CEL does not have itself. */
export const RECORD_SIGNATURES: readonly (readonly [string, (...args: never[]) => unknown])[] = [
  ['min(double, double): double', Math.min],
  ['max(double, double): double', Math.max],
  ['abs(double): double', Math.abs],
  ['floor(double): double', Math.floor],
  ['ln(double): double', Math.log],
  ['log1p(double): double', Math.log1p],
  ['expm1(double): double', Math.expm1],
  ['domain(string): string', domainOf],
  ['distanceKm(double, double, double, double): double', distanceKm],
];
