// Why a transaction was decided as it was, by concept: the headline, and what is usual beside each sentence.
import { baseCurrency } from '../../domain/base-amount.ts';
import type { Concept } from '../../domain/concept.ts';
import { hitSeen, type Sight } from '../../domain/sight.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { VectorReader } from '../../engine/stored-vectors.ts';
import { comparison, type Usual } from '../../explanation/comparison.ts';
import { sumWords } from '../../explanation/facts.ts';
import { usualHeadline } from '../../explanation/usual.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import type { ConceptOfStory, TransactionStory } from '../../protocol/transactions.ts';
import { conceptSeen } from '../access/features-seen.ts';
import { leadingSeen } from './leading-seen.ts';

/** What decided: a rule, else what the model says first; of an approval, what was usual. */
export function headlineOf(
  { decision, transaction }: StoredTransaction,
  reader: VectorReader | undefined,
  vector: Float64Array,
  sight: Sight,
): string {
  const hit = decision.rules.find(({ shadow, action }) => !shadow && action !== 'tag');
  if (hit) return hitSeen(hit, sight).text;
  if (decision.outcome === 'approve' && reader) return usualHeadline(reader.catalogue, vector, transaction);
  return leadingSeen(decision, sight).text ?? 'Nothing stands out';
}

/** The features of a concept that can be compared: those that its sentence tells of first, then by what they did. */
function comparable({ concept, told }: Concept, values: TransactionStory['features']): Usual[] {
  const names = new Set(told?.flatMap((clause) => clause.features));
  if (concept === 'amount') names.add('amount');
  const byName = new Map(values.map((value) => [value.name, value]));
  return [...names].flatMap((name): Usual[] => {
    const value = byName.get(name);
    return value ? [{ feature: name, account: value.usual, peers: value.peers }] : [];
  });
}

/** Concepts with what is usual; `values` are the features of the story, with their ranges. */
export function conceptsOfStory(
  concepts: readonly Concept[],
  values: TransactionStory['features'],
  transaction: Transaction,
  sight: Sight,
): ConceptOfStory[] {
  const sum = sumWords(baseCurrency(transaction));
  return concepts.map((concept) => ({
    ...conceptSeen(concept, sight),
    comparison: (concept.told && comparison(comparable(concept, values), transaction, sum)) ?? null,
  }));
}
