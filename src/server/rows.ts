// Stored things as the API and the feed show them.
import { isoTime } from '../domain/iso-time.ts';
import { transactionToJson } from '../domain/transaction.ts';
import { explainVector, sentence } from '../engine/decide.ts';
import type { Decided } from '../engine/process-batch.ts';
import { decodeVector } from '../engine/vector-codec.ts';
import { FEATURES } from '../features/catalogue.ts';
import type { Scorer } from '../models/model.ts';
import type { Alert, StoredTransaction } from '../ports/store.ts';
import type { AlertRow, FeedRow, TransactionStory } from '../protocol/messages.ts';
import { leadingText } from '../rules/combine.ts';
import { explainRule, explanationBudget } from '../rules/explain-rule.ts';
import type { Lookups } from '../rules/rule.ts';
import { type PeerGroups, usualRanges } from './peer-groups.ts';

export function feedRow(
  item: Pick<Decided, 'offset' | 'transaction' | 'decision'>,
  isFraud?: boolean,
): FeedRow {
  const { transaction: t, decision } = item;
  const top = leadingText(decision.rules, decision.outcome) ?? decision.reasons[0]?.text;
  const merchantName = t.merchant?.name ?? t.merchant?.id ?? t.counterpartyName ?? t.counterpartyId;
  return {
    id: t.id,
    offset: item.offset,
    accountId: t.accountId,
    occurredAt: isoTime(t.occurredAtMs),
    decidedAt: isoTime(decision.decidedAtMs),
    amountMinor: t.amountMinor,
    currency: t.currency,
    type: t.type,
    ...(t.channel !== undefined && { channel: t.channel }),
    ...(merchantName !== undefined && { merchantName }),
    ...(t.merchant?.mcc !== undefined && { mcc: t.merchant.mcc }),
    ...(t.country !== undefined && { country: t.country }),
    ...(t.city !== undefined && { city: t.city }),
    score: decision.score,
    outcome: decision.outcome,
    ...(top !== undefined && { topReason: top }),
    ...(isFraud !== undefined && { isFraud }),
  };
}

export function alertRow({ createdAtMs, ...alert }: Alert): AlertRow {
  const { country, merchantName, topReason, ...rest } = alert;
  return {
    ...rest,
    createdAt: isoTime(createdAtMs),
    ...(country !== undefined && { country }),
    ...(merchantName !== undefined && { merchantName }),
    ...(topReason !== undefined && { topReason }),
  };
}

export function alertRowOf(item: Decided): AlertRow {
  const row = feedRow(item);
  return {
    transactionId: row.id,
    offset: row.offset,
    accountId: row.accountId,
    createdAt: row.decidedAt,
    outcome: row.outcome,
    score: row.score,
    amountMinor: row.amountMinor,
    currency: row.currency,
    ...(row.country !== undefined && { country: row.country }),
    ...(row.merchantName !== undefined && { merchantName: row.merchantName }),
    ...(row.topReason !== undefined && { topReason: row.topReason }),
    isFraud: row.outcome === 'decline',
    status: 'open',
  };
}

const MIN_USUAL = 5;

/** Everything there is to say about a transaction; an approval is explained here, from its stored features. */
export function storyOf(
  stored: StoredTransaction,
  scorer: Scorer | undefined,
  neighbours: readonly StoredTransaction[],
  alertId: number | undefined,
  expressionOf: (id: string, version: number) => string | undefined,
  lookups: Lookups,
  peers: ReturnType<PeerGroups['usual']>,
): TransactionStory {
  const earlier = neighbours.filter(({ offset }) => offset < stored.offset);
  const usual = usualRanges(
    earlier.map((one) => decodeVector(one.vector)),
    MIN_USUAL,
  );
  const { decision } = stored;
  const vector = decodeVector(stored.vector);
  // Only the model that decided can say why.
  const explainer =
    decision.modelVersion === scorer?.info.version && decision.catalogueHash === scorer.info.catalogueHash
      ? scorer
      : undefined;
  const reasons =
    decision.outcome === 'approve' && explainer
      ? explainVector(explainer, vector, 'approve', stored.transaction.currency)
      : decision.reasons;
  const contributions = explainer?.contributions(vector);
  const budget = explanationBudget(() => performance.now());
  const { decidedAtMs, ...rest } = decision;
  return {
    transaction: { ...transactionToJson(stored.transaction) },
    decision: { ...rest, reasons, decidedAt: isoTime(decidedAtMs) },
    offset: stored.offset,
    alertId: alertId ?? null,
    peers: peers.transactions,
    isFraud: stored.isFraud ?? null,
    fraudType: stored.fraudType ?? null,
    features: FEATURES.map((feature, i) => ({
      name: feature.name,
      group: feature.group,
      unit: feature.unit,
      description: feature.description,
      value: Number.isNaN(vector[i]) ? null : vector[i],
      text: sentence(i, vector, stored.transaction.currency),
      contribution: contributions ? contributions[i] : null,
      usual: usual[i],
      peers: peers.ranges[i],
    })),
    contributionUnit: !explainer ? null : explainer.info.kind === 'gradient-boosting' ? 'log-odds' : 'vote',
    baseVote: explainer?.baseVote ?? null,
    vote: explainer?.vote(vector) ?? null,
    rules: decision.rules.map(({ id, version = 1, action, text, shadow }) => {
      const expression = expressionOf(id, version);
      const conditions =
        expression === undefined
          ? []
          : explainRule(expression, stored.transaction, vector, decision.score, decidedAtMs, lookups, budget);
      return {
        id,
        version,
        action,
        text,
        shadow: shadow === true,
        conditions: conditions.map(({ text: said, holds, values }) => ({
          text: said,
          holds: holds ?? null,
          values,
        })),
      };
    }),
    neighbours: neighbours.map((item) => feedRow(item, item.isFraud)),
  };
}
