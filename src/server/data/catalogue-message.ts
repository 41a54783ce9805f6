// The catalogue as it is told: versions, and each feature with what reads it. What people wrote is hidden from a masked sight.
import { type FilledFrom, type FillProgress, STANDARD_VERSION } from '../../domain/catalogue-version.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import { STANDARD } from '../../features/standard.ts';
import type { ServedCatalogue } from '../../ports/desk.ts';
import type { CatalogueVersion as Version } from '../../ports/office/catalogue.ts';
import type {
  CatalogueFeature,
  CatalogueFilling,
  CatalogueVersion,
  FilledFrom as FilledMessage,
} from '../../protocol/catalogue.ts';
import { isOwnFeature } from '../access/features-seen.ts';
import { textSeen } from '../access/office-seen.ts';
import { known, timeOrNull } from '../edge/unknown.ts';
import type { CatalogueUses } from './catalogue-uses.ts';

export const filledMessage = ({ entity, features, offset, atMs }: FilledFrom): FilledMessage => ({
  entity,
  features: [...features],
  offset: offset ?? null,
  at: isoTime(atMs),
});

export const fillingMessage = ({
  startedAtMs,
  remainingSeconds,
  ...rest
}: FillProgress): CatalogueFilling => ({
  ...rest,
  remainingSeconds: remainingSeconds ?? null,
  startedAt: isoTime(startedAtMs),
});

export const STANDARD_MESSAGE: CatalogueVersion = {
  version: STANDARD_VERSION,
  state: 'live',
  catalogueHash: STANDARD.hash,
  author: 'Goshawk',
  note: null,
  createdAt: null,
  movedBy: null,
  movedAt: null,
  servedAt: null,
  liveFrom: null,
  problem: null,
  disabled: [],
  filledFrom: [],
};

export const versionMessage = (one: Version, sight: Sight): CatalogueVersion => ({
  version: one.version,
  state: one.state,
  catalogueHash: one.catalogueHash,
  author: one.author,
  note: textSeen(one.note, sight),
  createdAt: isoTime(one.createdAtMs),
  movedBy: one.movedBy ?? null,
  movedAt: timeOrNull(one.movedAtMs),
  servedAt: timeOrNull(one.servedAtMs),
  liveFrom: one.liveFrom ?? null,
  problem: one.problem === undefined ? null : (textSeen(one.problem, sight) ?? 'It cannot be used.'),
  disabled: [...one.disabled],
  filledFrom: one.filledFrom.map(filledMessage),
});

/** The features in service, in the order of a vector. */
export function featureMessages(
  { catalogue, disabled, filledFrom }: ServedCatalogue,
  uses: CatalogueUses,
  micros: ReadonlyMap<string, number>,
  sight: Sight,
): CatalogueFeature[] {
  const off = new Set(disabled);
  return catalogue.features.map((feature) => {
    const { name, hash, group, unit, window, description, missing } = feature;
    const own = isOwnFeature(name);
    const seen = (text: string): string | null => (own ? textSeen(text, sight) : text);
    const filled = filledFrom.find(({ features }) => features.includes(name));
    return {
      name,
      hash,
      entity: group,
      own,
      unit: seen(unit),
      window: window ?? null,
      description: seen(description),
      missing: seen(missing),
      disabled: off.has(name),
      meanMicros: known(micros.get(name) ?? Number.NaN),
      filledFrom: filled ? filledMessage(filled) : null,
      rules: uses.rules.filter(({ features }) => features.includes(name)).map(({ rule }) => rule.id),
      models: uses.models.filter(({ features }) => features.includes(name)).map(({ version }) => version),
    };
  });
}
