// Stored things as the API and the feed show them, to whom may see what: each row is made of what its reader sees.
import type { Amount } from '../../domain/base-amount.ts';
import { sampleOf } from '../../domain/draw.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { fraudTypeSeen, hitSeen, ruleWords, type Sight, transactionSeen } from '../../domain/sight.ts';
import { transactionToJson } from '../../domain/transaction.ts';
import { explainVector } from '../../engine/decide.ts';
import type { Decided } from '../../engine/process-batch.ts';
import type { VectorReader } from '../../engine/stored-vectors.ts';
import type { Scorer } from '../../models/model.ts';
import type { FlaggedTransaction as Flagged, StoredTransaction } from '../../ports/store.ts';
import type { FlaggedTransaction } from '../../protocol/alerts.ts';
import type { TransactionRow, TransactionStory } from '../../protocol/transactions.ts';
import { leadingHit } from '../../rules/combine.ts';
import { explainRule, explanationBudget } from '../../rules/explain-rule.ts';
import type { Lookups } from '../../rules/rule.ts';
import { conceptNameSeen, conceptSeen, featureTextSeen, reasonSeen } from '../access/features-seen.ts';
import { conceptsOfStory, headlineOf } from './concepts-of-story.ts';
import { computedAfterwards, decidedBy } from './features-of-story.ts';
import { leadingSeen } from './leading-seen.ts';
import type { PeerGroups } from './peer-groups.ts';

/** What a row says of the amount in the base currency, where that is another. */
export const baseSeen = (base: Amount | undefined): { readonly base?: Amount } =>
  base ? { base: { amountMinor: base.amountMinor, currency: base.currency } } : {};

export function feedRow(
  item: Pick<Decided, 'offset' | 'transaction' | 'decision'>,
  sight: Sight,
  isFraud?: boolean,
): TransactionRow {
  const { decision } = item;
  const t = transactionSeen(item.transaction, sight);
  const leading = leadingHit(decision.rules, decision.outcome);
  const { text, concept } = leading
    ? { text: hitSeen(leading, sight).text, concept: undefined }
    : leadingSeen(decision, sight);
  const merchantName = t.merchant?.name ?? t.merchant?.id ?? t.counterpartyName ?? t.counterpartyId;
  return {
    id: t.id,
    offset: item.offset,
    accountId: t.accountId,
    occurredAt: isoTime(t.occurredAtMs),
    decidedAt: isoTime(decision.decidedAtMs),
    amountMinor: t.amountMinor,
    currency: t.currency,
    ...baseSeen(t.base),
    type: t.type,
    ...(t.channel !== undefined && { channel: t.channel }),
    ...(merchantName !== undefined && { merchantName }),
    ...(t.merchant?.mcc !== undefined && { mcc: t.merchant.mcc }),
    ...(t.country !== undefined && { country: t.country }),
    ...(t.city !== undefined && { city: t.city }),
    score: decision.score,
    outcome: decision.outcome,
    ...(text !== undefined && { topReason: text }),
    ...(concept !== undefined && { topConcept: concept }),
    ...(isFraud !== undefined && { isFraud }),
  };
}

/** The reason of an alert: a rule may say anything, and so may a feature of one's own; the program's say nothing of anybody. */
export function topReasonSeen(
  { topReason, topRule, topFeature }: Pick<Flagged, 'topReason' | 'topRule' | 'topFeature'>,
  sight: Sight,
): string | undefined {
  if (sight.kind === 'whole') return topReason;
  const isUnknown = topRule === '' || (topRule === undefined && topFeature === '');
  if (isUnknown || topReason === undefined) return undefined;
  if (topRule !== undefined) return ruleWords(topRule);
  return topFeature === undefined
    ? undefined
    : featureTextSeen(topFeature, topReason, sight, `Feature ${topFeature}`);
}

/** A stored alert says who got the money and not what for, so a masked sight does not see whom. */
export function alertRow(alert: Flagged, sight: Sight): FlaggedTransaction {
  const topReason = topReasonSeen(alert, sight);
  return {
    transactionId: alert.transactionId,
    offset: alert.offset,
    accountId: sight.kind === 'whole' ? alert.accountId : sight.token('account', alert.accountId),
    createdAt: isoTime(alert.createdAtMs),
    outcome: alert.outcome,
    score: alert.score,
    amountMinor: alert.amountMinor,
    currency: alert.currency,
    ...baseSeen(alert.base),
    ...(alert.country !== undefined && { country: alert.country }),
    ...(alert.merchantName !== undefined && sight.kind === 'whole' && { merchantName: alert.merchantName }),
    ...(topReason !== undefined && { topReason }),
    ...(alert.topConcept !== undefined && { topConcept: conceptNameSeen(alert.topConcept, sight) }),
    isFraud: alert.isFraud,
    status: alert.status,
  };
}

export function alertRowOf(item: Decided, sight: Sight): FlaggedTransaction {
  const row = feedRow(item, sight);
  return {
    transactionId: row.id,
    offset: row.offset,
    accountId: row.accountId,
    createdAt: row.decidedAt,
    outcome: row.outcome,
    score: row.score,
    amountMinor: row.amountMinor,
    currency: row.currency,
    ...baseSeen(row.base),
    ...(row.country !== undefined && { country: row.country }),
    ...(row.merchantName !== undefined && sight.kind === 'whole' && { merchantName: row.merchantName }),
    ...(row.topReason !== undefined && { topReason: row.topReason }),
    ...(row.topConcept !== undefined && { topConcept: row.topConcept }),
    isFraud: row.outcome === 'decline',
    status: 'open',
  };
}

const NOTHING_KNOWN = new Float64Array(0);

/**
 * Everything there is to say about a transaction; an approval is explained here, from its stored features. `reader` reads by the
 * catalogue that it was decided with, where that is known; `now` by the one in service.
 */
export function storyOf(
  stored: StoredTransaction,
  reader: VectorReader | undefined,
  now: VectorReader,
  scorer: Scorer | undefined,
  neighbours: readonly StoredTransaction[],
  alertId: number | undefined,
  expressionOf: (id: string, version: number) => string | undefined,
  lookups: Lookups,
  peers: ReturnType<PeerGroups['usual']>,
  sight: Sight,
): TransactionStory {
  const earlier = neighbours.filter(({ offset }) => offset < stored.offset);
  const { decision } = stored;
  const vector = reader?.read(stored.vector, decision.catalogueHash, stored.filled) ?? NOTHING_KNOWN;
  // Only the model that decided can say why.
  const explainer =
    decision.modelVersion === scorer?.info.version && decision.catalogueHash === scorer.catalogue.hash
      ? scorer
      : undefined;
  const isApproved = decision.outcome === 'approve';
  const { reasons, concepts } =
    isApproved && explainer ? explainVector(explainer, vector, 'approve', stored.transaction) : decision;
  const features = reader
    ? [
        ...decidedBy(stored, reader, explainer, earlier, peers, sight),
        ...computedAfterwards(stored, reader.catalogue, now, earlier, sight),
      ]
    : [];
  const budget = explanationBudget(() => performance.now());
  const { decidedAtMs, rules } = decision;
  return {
    transaction: { ...transactionToJson(transactionSeen(stored.transaction, sight)) },
    decision: {
      transactionId: decision.transactionId,
      outcome: decision.outcome,
      score: decision.score,
      reasons: reasons.map((reason) => reasonSeen(reason, sight)),
      concepts: concepts.map((concept) => conceptSeen(concept, sight)),
      rules: rules.map((hit) => hitSeen(hit, sight)),
      modelVersion: decision.modelVersion,
      rulesetVersion: decision.rulesetVersion,
      catalogueHash: decision.catalogueHash,
      decidedAt: isoTime(decidedAtMs),
    },
    offset: stored.offset,
    alertId: alertId ?? null,
    sample: sampleOf(decision.draw) ?? null,
    peers: peers.transactions,
    isFraud: stored.isFraud ?? null,
    fraudType: fraudTypeSeen(stored.fraudType, sight) ?? null,
    headline: headlineOf(stored, reader, vector, sight),
    concepts: conceptsOfStory(concepts, features, stored.transaction, sight),
    features,
    contributionUnit: !explainer ? null : explainer.info.kind === 'gradient-boosting' ? 'log-odds' : 'vote',
    baseVote: explainer?.baseVote ?? null,
    vote: explainer?.vote(vector) ?? null,
    rules: rules.map((hit) => {
      const { id, version = 1, action, text, why, shadow } = hitSeen(hit, sight);
      // A condition is compared with what the transaction says: neither it nor the values are for everybody.
      const expression = sight.kind === 'whole' ? expressionOf(id, version) : undefined;
      const conditions =
        expression === undefined || !reader
          ? []
          : explainRule(
              expression,
              reader.catalogue,
              stored.transaction,
              vector,
              decision.score,
              decidedAtMs,
              lookups,
              budget,
            );
      return {
        id,
        version,
        action,
        text,
        why: why ?? null,
        shadow: shadow === true,
        conditions: conditions.map(({ text: said, holds, values }) => ({
          text: said,
          holds: holds ?? null,
          values,
        })),
      };
    }),
    neighbours: neighbours.map((item) => feedRow(item, sight, item.isFraud)),
  };
}
