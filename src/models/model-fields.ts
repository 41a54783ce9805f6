// What a model file has to hold besides its trees, looked at before anything of it is used: a file is written by a guest.
import { isObject, shown } from '../domain/fields.ts';
import { textProblem } from '../domain/text.ts';
import { STANDARD } from '../features/standard.ts';
import { SET_SIZE } from './ensemble.ts';
import { MOST_POINTS } from './threshold-curve.ts';

/** A version stands in paths, file names and pages. */
export const MODEL_VERSION = /^[A-Za-z0-9][\w.-]{0,79}$/;
/** Names of objects that every object has. */
const TAKEN = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);
const KINDS = ['random-forest', 'gradient-boosting'];
const SOURCES = ['simulation', 'history', 'import'];
const MOST_PARAMETERS = 100;
/** Nodes number features by 16 bits; no catalogue has as many. */
const MOST_FEATURES = 1000;
const LONGEST_NAME = 100;
const LONGEST_PARAMETER = 2000;
const MOST_CATEGORIES = 20_000;
const LONGEST_CATEGORY = 256;
const MOST_PARTS = 100;
const HOURS = 24;
const MOST_COUNT = Number.MAX_SAFE_INTEGER;

/** What of a model file cannot be; the message begins with the place. */
export class ModelProblem extends Error {}
const wrong = (at: string, what: string): never => {
  throw new ModelProblem(`${at} ${what}`);
};

function object(value: unknown, at: string, known?: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) return wrong(at, `must be an object, not ${shown(value)}`);
  if (known) {
    const other = Object.keys(value).find((key) => !known.includes(key));
    if (other !== undefined) wrong(at, `has a part that is not known: ${shown(other)}`);
  }
  return value;
}

function list(value: unknown, at: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) return wrong(at, `must be a list, not ${shown(value)}`);
  if (value.length > most) wrong(at, `has ${value.length} elements; at most ${most} are allowed`);
  return value;
}

function number(value: unknown, at: string, least = -1e300, most = 1e300): number {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    return wrong(at, `must be a number from ${least} to ${most}, not ${shown(value)}`);
  return value;
}

function count(value: unknown, at: string): void {
  if (!Number.isInteger(number(value, at, 0, MOST_COUNT))) wrong(at, 'must be a whole number');
}

/** A figure that may not be known: NaN, which is written as null. */
function figure(value: unknown, at: string): void {
  if (value !== null) number(value, at);
}

function text(value: unknown, at: string, longest: number): string {
  if (typeof value !== 'string' || value.length > longest)
    return wrong(at, `must be a text of at most ${longest} characters, not ${shown(value)}`);
  const problem = value === '' ? undefined : textProblem(value, 'prose');
  if (problem !== undefined) wrong(at, problem);
  return value;
}

function oneOf(value: unknown, at: string, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) wrong(at, `must be ${allowed.join(' or ')}, not ${shown(value)}`);
}

function time(value: unknown, at: string, mayBeEmpty: boolean): void {
  const said = text(value, at, 40);
  if (said === '' && mayBeEmpty) return;
  if (!/^\d{4}-\d\d-\d\dT/.test(said) || Number.isNaN(Date.parse(said)))
    wrong(at, `must be a time such as 2026-01-31T12:00:00.000Z, not ${shown(said)}`);
}

function rising(values: readonly unknown[], at: string): void {
  let before = Number.NEGATIVE_INFINITY;
  for (const [i, value] of values.entries()) {
    const now = number(value, `${at}/${i}`);
    if (!(now > before)) wrong(`${at}/${i}`, 'must be more than the one before');
    before = now;
  }
}

/** `info`, but for the catalogue it belongs to. */
export function checkInfo(value: unknown): void {
  const info = object(value, '/info', [
    'version',
    'kind',
    'createdAt',
    'features',
    'catalogueHash',
    'featureHashes',
    'seed',
    'parameters',
    'trainingWindow',
    'thresholds',
    'heldOut',
  ]);
  const { version } = info;
  if (typeof version !== 'string' || !MODEL_VERSION.test(version) || TAKEN.has(version)) {
    wrong(
      '/info/version',
      `must be 1 to 80 letters, digits, hyphens, dots and underscores, beginning with a letter or digit, not ${shown(version)}`,
    );
  }
  oneOf(info.kind, '/info/kind', KINDS);
  time(info.createdAt, '/info/createdAt', false);
  checkFeatures(info);
  number(info.seed, '/info/seed');
  checkParameters(info.parameters);
  const window = object(info.trainingWindow, '/info/trainingWindow', [
    'source',
    'from',
    'until',
    'rows',
    'frauds',
  ]);
  oneOf(window.source, '/info/trainingWindow/source', SOURCES);
  for (const name of ['from', 'until']) time(window[name], `/info/trainingWindow/${name}`, true);
  for (const name of ['rows', 'frauds']) count(window[name], `/info/trainingWindow/${name}`);
  checkThresholds(info.thresholds);
  if (info.heldOut !== undefined) checkQuality(info.heldOut);
}

function checkFeatures({ features: names, catalogueHash, featureHashes }: Record<string, unknown>): void {
  const features = list(names, '/info/features', MOST_FEATURES);
  if (features.length === 0) wrong('/info/features', 'must name a feature');
  const own = featureHashes !== undefined;
  for (const [i, name] of features.entries()) {
    if (typeof name !== 'string' || (!own && STANDARD.place(name) === undefined))
      wrong(`/info/features/${i}`, `${shown(name)} is no feature of the catalogue`);
    else text(name, `/info/features/${i}`, LONGEST_NAME);
  }
  if (new Set(features).size < features.length) wrong('/info/features', 'must name each feature once');
  if (!own) return;
  text(catalogueHash, '/info/catalogueHash', LONGEST_NAME);
  const hashes = object(featureHashes, '/info/featureHashes', features as readonly string[]);
  for (const name of features as readonly string[])
    text(Object.hasOwn(hashes, name) ? hashes[name] : undefined, `/info/featureHashes/${name}`, LONGEST_NAME);
}

function checkParameters(value: unknown): void {
  const entries = Object.entries(object(value, '/info/parameters'));
  if (entries.length > MOST_PARAMETERS)
    wrong('/info/parameters', `has ${entries.length} of them; at most ${MOST_PARAMETERS} are allowed`);
  for (const [name, one] of entries) {
    text(name, '/info/parameters', 100);
    const at = `/info/parameters/${name}`;
    if (typeof one === 'number') number(one, at);
    else if (typeof one !== 'boolean' && one !== null) text(one, at, LONGEST_PARAMETER);
  }
}

function checkThresholds(value: unknown): void {
  const { review, decline } = object(value, '/info/thresholds', ['review', 'decline']);
  const from = number(review, '/info/thresholds/review', 0, 1);
  const to = number(decline, '/info/thresholds/decline', 0, 1);
  if (from > to) wrong('/info/thresholds', 'must not decline below the score of a review');
}

const COUNTED = ['rows', 'frauds'] as const;
const CONFUSION = ['truePositives', 'falsePositives', 'trueNegatives', 'falseNegatives'] as const;
const QUALITY = [
  'auc',
  'averagePrecision',
  'brierScore',
  'calibrationError',
  'threshold',
  'precision',
  'recall',
  'f1',
  'accuracy',
] as const;

function checkQuality(value: unknown): void {
  const held = object(value, '/info/heldOut', [...COUNTED, ...QUALITY, 'confusion', 'from', 'until']);
  for (const name of COUNTED) count(held[name], `/info/heldOut/${name}`);
  for (const name of QUALITY) figure(held[name], `/info/heldOut/${name}`);
  const confusion = object(held.confusion, '/info/heldOut/confusion', CONFUSION);
  for (const name of CONFUSION) count(confusion[name], `/info/heldOut/confusion/${name}`);
  for (const name of ['from', 'until']) time(held[name], `/info/heldOut/${name}`, true);
}

/** Strictly rising, so that it never changes who is more suspicious than whom. */
export function checkCalibration(value: unknown): void {
  if (value === 'none') return;
  const { a, b, c } = object(value, '/calibration', ['a', 'b', 'c']);
  const slopes = number(a, '/calibration/a', 0, 1e4) + number(b, '/calibration/b', 0, 1e4);
  if (!(slopes > 0)) wrong('/calibration', 'must rise');
  number(c, '/calibration/c', -1e4, 1e4);
}

/** The categories of the program's own catalogue, or undefined where those of a model are of another. */
const categoriesAllowed = ({ featureHashes }: { readonly featureHashes?: object }) =>
  featureHashes ? undefined : STANDARD.categories.map(({ name }) => name);

/** Names of categories, each with what is said of it. Throws where one has no such name. */
function categories(
  value: unknown,
  at: string,
  allowed: readonly string[] | undefined,
): Record<string, unknown> {
  const said = object(value, at, allowed);
  const names = Object.keys(said);
  if (names.length > MOST_FEATURES)
    wrong(at, `has ${names.length} categories; at most ${MOST_FEATURES} are allowed`);
  for (const name of names) text(name, at, LONGEST_NAME);
  return said;
}

/** `info` was looked at before. */
export function checkEncoding(value: unknown, info: { readonly featureHashes?: object }): void {
  const allowed = categoriesAllowed(info);
  const encoding = categories(value, '/encoding', allowed);
  for (const category of allowed ?? Object.keys(encoding)) {
    const at = `/encoding/${category}`;
    const { unseen, logOdds } = object(encoding[category], at, ['unseen', 'logOdds']);
    number(unseen, `${at}/unseen`, -1e6, 1e6);
    const entries = Object.entries(object(logOdds, `${at}/logOdds`));
    if (entries.length > MOST_CATEGORIES)
      wrong(`${at}/logOdds`, `has ${entries.length} categories; at most ${MOST_CATEGORIES} are allowed`);
    for (const [key, one] of entries) {
      if (key.length > LONGEST_CATEGORY) wrong(`${at}/logOdds`, `names ${shown(key)}, which is too long`);
      number(one, `${at}/logOdds/${shown(key)}`, -1e6, 1e6);
    }
  }
}

export function checkLevels(value: unknown, info: { readonly featureHashes?: object }): void {
  if (value === undefined) return;
  const levels = categories(value, '/levels', categoriesAllowed(info));
  for (const [category, own] of Object.entries(levels))
    rising(list(own, `/levels/${category}`, SET_SIZE), `/levels/${category}`);
}

function checkSpread(value: unknown, at: string): void {
  const { edges, counts } = object(value, at, ['edges', 'counts']);
  const ends = list(edges, `${at}/edges`, MOST_PARTS);
  rising(ends, `${at}/edges`);
  const found = list(counts, `${at}/counts`, MOST_PARTS + 2);
  if (found.length !== ends.length + 2) wrong(`${at}/counts`, `must have ${ends.length + 2} elements`);
  for (const [i, one] of found.entries()) number(one, `${at}/counts/${i}`, 0, MOST_COUNT);
}

export function checkBaseline(value: unknown, features: readonly string[]): void {
  if (value === undefined) return;
  const baseline = object(value, '/baseline', ['features', 'score']);
  checkSpread(baseline.score, '/baseline/score');
  const spreads = object(baseline.features, '/baseline/features', features);
  for (const name of features) checkSpread(spreads[name], `/baseline/features/${name}`);
}

export function checkInput(value: unknown, info: { readonly featureHashes?: object }): void {
  if (value === undefined) return;
  const { unseen, volume, labelDelayMs } = object(value, '/input', ['unseen', 'volume', 'labelDelayMs']);
  if (unseen !== undefined) {
    const allowed = categoriesAllowed(info);
    const shares = categories(unseen, '/input/unseen', allowed);
    for (const category of allowed ?? Object.keys(shares))
      number(shares[category], `/input/unseen/${category}`, 0, 1);
  }
  if (volume !== undefined) {
    const { byHour, dayDeviation } = object(volume, '/input/volume', ['byHour', 'dayDeviation']);
    const hours = list(byHour, '/input/volume/byHour', HOURS);
    if (hours.length !== HOURS) wrong('/input/volume/byHour', `must have ${HOURS} elements`);
    for (const [i, one] of hours.entries())
      if (one !== null) number(one, `/input/volume/byHour/${i}`, 0, MOST_COUNT);
    figure(dayDeviation, '/input/volume/dayDeviation');
  }
  if (labelDelayMs !== undefined) checkSpread(labelDelayMs, '/input/labelDelayMs');
}

const COSTS = ['review', 'falseDecline', 'chargebackFee', 'reviewCapacity'] as const;

/** From the highest score down more and more rows, among them more and more frauds. */
export function checkCurve(value: unknown): void {
  if (value === undefined) return;
  const curve = object(value, '/curve', ['costs', 'rows', 'frauds', 'fraudMajor', 'points']);
  const costs = object(curve.costs, '/curve/costs', COSTS);
  for (const name of COSTS)
    number(costs[name], `/curve/costs/${name}`, 0, name === 'reviewCapacity' ? 1 : 1e9);
  for (const name of COUNTED) count(curve[name], `/curve/${name}`);
  const most = ['fraudMajor', ...COUNTED].map((name) => number(curve[name], `/curve/${name}`, 0));
  let [score, rows, frauds, fraudMajor] = [2, 0, 0, 0];
  for (const [i, one] of list(curve.points, '/curve/points', MOST_POINTS).entries()) {
    const at = `/curve/points/${i}`;
    const point = object(one, at, ['score', 'rows', 'frauds', 'fraudMajor']);
    for (const name of COUNTED) count(point[name], `${at}/${name}`);
    score = number(point.score, `${at}/score`, 0, Math.min(1, score));
    rows = number(point.rows, `${at}/rows`, rows + 1, most[1]);
    frauds = number(point.frauds, `${at}/frauds`, frauds, Math.min(rows, most[2]));
    fraudMajor = number(point.fraudMajor, `${at}/fraudMajor`, fraudMajor, most[0] * (1 + 1e-9));
  }
}
