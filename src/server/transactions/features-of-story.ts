// The features of a transaction as its story tells them: those that it was decided by, and those that were computed afterwards, for
// what went live since.
import type { Sight } from '../../domain/sight.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { sentence } from '../../engine/decide.ts';
import type { VectorReader } from '../../engine/stored-vectors.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import type { Scorer } from '../../models/model.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import type { TransactionStory } from '../../protocol/transactions.ts';
import { conceptNameSeen, featureTextSeen, sentenceSeen } from '../access/features-seen.ts';
import { type PeerGroups, usualRanges } from './peer-groups.ts';

const MIN_USUAL = 5;

type Features = TransactionStory['features'];
/** Before it, of the same account. */
type Earlier = readonly StoredTransaction[];

const read = (reader: VectorReader, { vector, decision, filled }: StoredTransaction): Float64Array =>
  reader.read(vector, decision.catalogueHash, filled);

/** What is usual for the account, by feature. */
function usualOf(reader: VectorReader, earlier: Earlier): ReturnType<typeof usualRanges> {
  const readable = earlier.filter(({ decision }) => reader.knows(decision.catalogueHash));
  return usualRanges(
    readable.map((one) => read(reader, one)),
    reader.catalogue.size,
    MIN_USUAL,
  );
}

/** A feature with its value, in words. */
function featureSeen(
  catalogue: Catalogue,
  place: number,
  vector: Float64Array,
  transaction: Transaction,
  sight: Sight,
) {
  const { name, group, concept, unit, description } = catalogue.features[place];
  return {
    name,
    group,
    concept: conceptNameSeen(concept, sight),
    unit: featureTextSeen(name, unit, sight),
    description: featureTextSeen(name, description, sight),
    value: Number.isNaN(vector[place]) ? null : vector[place],
    text: sentenceSeen(name, vector[place], sentence(catalogue, place, vector, transaction), sight),
  };
}

/** All that it was decided by, in the order of its catalogue. */
export function decidedBy(
  stored: StoredTransaction,
  reader: VectorReader,
  explainer: Scorer | undefined,
  earlier: Earlier,
  peers: ReturnType<PeerGroups['usual']>,
  sight: Sight,
): Features {
  const vector = read(reader, stored);
  const usual = usualOf(reader, earlier);
  const contributions = explainer?.contributions(vector);
  return reader.catalogue.features.map((_, place) => ({
    ...featureSeen(reader.catalogue, place, vector, stored.transaction, sight),
    contribution: contributions ? contributions[place] : null,
    usual: usual[place],
    peers: peers.ranges[place],
    afterwards: false,
  }));
}

/** What went live since and was computed of it all the same; `now` reads by the catalogue in service. */
export function computedAfterwards(
  stored: StoredTransaction,
  before: Catalogue,
  now: VectorReader,
  earlier: Earlier,
  sight: Sight,
): Features {
  const filled = new Set(stored.filled?.flatMap(({ features }) => features.map(({ name }) => name)));
  if (filled.size === 0) return [];
  const vector = read(now, stored);
  const usual = usualOf(now, earlier);
  return now.catalogue.features.flatMap(({ name }, place) =>
    filled.has(name) && before.place(name) === undefined
      ? [
          {
            ...featureSeen(now.catalogue, place, vector, stored.transaction, sight),
            contribution: null,
            usual: usual[place],
            peers: null,
            afterwards: true,
          },
        ]
      : [],
  );
}
