// Values of features on stored transactions.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { REFUSE_CARDS } from '../../domain/card-policy.ts';
import { fieldReader, isObject, shown } from '../../domain/fields.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Problem } from '../../domain/problem.ts';
import { createVectorReader } from '../../engine/stored-vectors.ts';
import { type TurnedOut, valueHistogram } from '../../features/value-histogram.ts';
import type { Desk } from '../../ports/desk.ts';
import type { FeaturePreview, FeaturePreviewer, PreviewRow } from '../../ports/feature-preview.ts';
import type { FeatureValues, getFeatureValues } from '../../protocol/feature-values.ts';
import type { StoredPast } from '../../rules/past-columns.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { known, timeOrNull } from '../edge/unknown.ts';
import { notValid, within } from './catalogue-body.ts';

const MOST_ROWS = 5000;
const SHARE_ROWS = 1000;
/** Short enough that decisions do not wait for it. */
const PAGE = 200;
const LATEST = 12;
const SHARES_KEPT_MS = 30_000;

const valuesMessage = (
  name: string,
  unit: string,
  source: FeatureValues['source'],
  { fromMs, untilMs, meanMicros, bins, latest, ...counts }: FeaturePreview,
): FeatureValues => ({
  name,
  unit,
  source,
  ...counts,
  from: timeOrNull(fromMs),
  until: timeOrNull(untilMs),
  meanMicros: known(meanMicros ?? Number.NaN),
  bins: [...bins],
  latest: latest.map(({ id, atMs, value, text, turnedOut }) => ({
    id,
    at: isoTime(atMs),
    value,
    text,
    turnedOut,
  })),
});

async function newest({ office }: Desk, most: number): Promise<StoredPast[]> {
  const found: StoredPast[] = [];
  for (let before: number | undefined; found.length < most; ) {
    const page = await office.past.page(before, PAGE);
    found.push(...page.rows);
    if (page.last === undefined) break;
    before = page.last;
  }
  return found;
}

const turnedOut = ({ isFraud }: StoredPast): TurnedOut =>
  isFraud === undefined ? 'unlabelled' : isFraud ? 'fraud' : 'genuine';

/** What a feature in service was when transactions were decided. */
export async function storedValues(
  request: RequestOf<typeof getFeatureValues>,
  reply: FastifyReply,
  desk: Desk,
) {
  const { name } = request.params;
  const { catalogue } = desk.inService();
  const slot = catalogue.place(name);
  if (slot === undefined)
    return sendProblem(reply, 404, 'Not found', `The catalogue in service has no feature ${name}.`);
  const feature = catalogue.features[slot];
  const reader = createVectorReader(catalogue, desk.catalogues);
  const rows = (await newest(desk, MOST_ROWS)).filter(({ catalogueHash }) => reader.knows(catalogueHash));
  const values = new Float64Array(rows.length);
  const latest: PreviewRow[] = [];
  rows.forEach((row, i) => {
    const vector = reader.read(row.vector, row.catalogueHash);
    const value = vector[slot];
    values[i] = value;
    if (latest.length >= LATEST || !Number.isFinite(value)) return;
    const look = (other: string): number => vector[catalogue.place(other) ?? -1] ?? Number.NaN;
    latest.push({
      id: row.id,
      atMs: row.occurredAtMs,
      value,
      text: feature.say(value, look, row.baseCurrency ?? row.currency ?? 'EUR'),
      turnedOut: turnedOut(row),
    });
  });
  const outcomes = rows.map(turnedOut);
  const count = (wanted: TurnedOut): number => outcomes.filter((one) => one === wanted).length;
  return valuesMessage(name, feature.unit, 'stored', {
    rows: rows.length,
    fromMs: rows.at(-1)?.occurredAtMs,
    untilMs: rows[0]?.occurredAtMs,
    known: values.filter(Number.isFinite).length,
    frauds: count('fraud'),
    genuine: count('genuine'),
    meanMicros: undefined,
    bins: valueHistogram(values, outcomes),
    latest,
  });
}

/** What a feature of a document would have been. */
export async function previewedValues(
  request: FastifyRequest,
  reply: FastifyReply,
  desk: Desk,
  previewer: FeaturePreviewer,
) {
  const { body } = request;
  if (!isObject(body))
    return notValid(reply, [{ pointer: '', message: `The body must be an object, not ${shown(body)}.` }]);
  const problems: Problem[] = [];
  const fields = fieldReader(body, '', problems, REFUSE_CARDS);
  fields.onlyKnown(new Set(['document', 'feature']));
  const name = fields.text('feature', true, { kind: 'identifier', maxLength: 64 });
  if (problems.length > 0 || name === undefined) return notValid(reply, problems);
  const checked = await desk.catalogue.check(body.document);
  if (!checked.ok) return notValid(reply, within('/document', checked.problems));
  const feature = checked.catalogue.features.find((one) => one.name === name);
  if (!feature) return sendProblem(reply, 404, 'Not found', `The document has no feature ${name}.`);
  const preview = await previewer.preview({ document: checked.document, feature: name });
  return valuesMessage(name, feature.unit, 'replayed', preview);
}

/** How often each feature has a value among the newest decisions; looked at anew every half minute at most. */
export function knownShares(desk: Desk) {
  let found:
    | { readonly at: number; readonly hash: string; readonly value: ReturnType<typeof count> }
    | undefined;
  async function count() {
    const { catalogue } = desk.inService();
    const reader = createVectorReader(catalogue, desk.catalogues);
    const counts = new Float64Array(catalogue.size);
    let rows = 0;
    for (const row of await newest(desk, SHARE_ROWS)) {
      if (!reader.knows(row.catalogueHash)) continue;
      rows++;
      const vector = reader.read(row.vector, row.catalogueHash);
      for (let i = 0; i < vector.length; i++) if (Number.isFinite(vector[i])) counts[i]++;
    }
    const features = catalogue.features.map(({ name }, i) => ({ name, known: counts[i] / rows }));
    return { rows, features: rows === 0 ? [] : features };
  }
  return () => {
    const at = desk.clock.nowMs();
    const { hash } = desk.inService().catalogue;
    if (found && found.hash === hash && at - found.at < SHARES_KEPT_MS) return found.value;
    const value = count();
    found = { at, hash, value };
    value.catch(() => {
      found = undefined;
    });
    return value;
  };
}
