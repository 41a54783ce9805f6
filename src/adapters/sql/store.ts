// The Store on any SQL session. Delivery: what `commit` resolved for is durable, and each offset once.
import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Decision, Outcome, Reason, RuleHit } from '../../domain/decision.ts';
import type { Channel, Transaction, TransactionType } from '../../domain/transaction.ts';
import type { KnownDecision } from '../../engine/process-batch.ts';
import type { Alert, MatureScores, Store, StoredTransaction } from '../../ports/store.ts';
import { commitStatements } from './commit.ts';
import { addDeadLetters } from './dead-letters.ts';
import type { FraudAlertsTable, Tables, TransactionsTable } from './schema.ts';
import type { SqlSession } from './session.ts';

type TransactionRow = Selectable<TransactionsTable>;
type DecisionRow = Pick<
  TransactionRow,
  | 'id'
  | 'outcome'
  | 'score'
  | 'reasons'
  | 'rules'
  | 'model_version'
  | 'ruleset_version'
  | 'catalogue_hash'
  | 'decided_at'
>;

/** The database holds only what this program wrote, so what it reads back has the right shape. */
function toDecision(row: DecisionRow): Decision {
  return {
    transactionId: row.id,
    outcome: row.outcome as Outcome,
    score: row.score,
    reasons: row.reasons ? (JSON.parse(row.reasons) as Reason[]) : [],
    rules: row.rules ? (JSON.parse(row.rules) as RuleHit[]) : [],
    modelVersion: row.model_version,
    rulesetVersion: row.ruleset_version,
    catalogueHash: row.catalogue_hash,
    decidedAtMs: row.decided_at.getTime(),
  };
}

export function toTransaction(row: TransactionRow): Transaction {
  return {
    id: row.id,
    accountId: row.account_id,
    occurredAtMs: row.occurred_at.getTime(),
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    type: row.type as TransactionType,
    ...(row.channel !== null && { channel: row.channel as Channel }),
    ...(row.merchant_id !== null && {
      merchant: {
        id: row.merchant_id,
        ...(row.merchant_name !== null && { name: row.merchant_name }),
        ...(row.mcc !== null && { mcc: row.mcc }),
      },
    }),
    ...(row.country !== null && { country: row.country }),
    ...(row.city !== null && { city: row.city }),
    ...(row.lat !== null && row.lon !== null && { location: { lat: row.lat, lon: row.lon } }),
    ...(row.device_id !== null && { deviceId: row.device_id }),
    ...(row.ip !== null && { ip: row.ip }),
    ...(row.counterparty_id !== null && { counterpartyId: row.counterparty_id }),
    ...(row.counterparty_name !== null && { counterpartyName: row.counterparty_name }),
  };
}

function toStored(row: TransactionRow): StoredTransaction {
  return {
    offset: Number(row.seq),
    transaction: toTransaction(row),
    receivedAtMs: row.received_at.getTime(),
    decision: toDecision(row),
    vector: row.features,
    isFraud: row.is_fraud ?? undefined,
    fraudType: row.fraud_type ?? undefined,
  };
}

function toAlert(row: Selectable<FraudAlertsTable>): Alert {
  return {
    offset: Number(row.seq),
    transactionId: row.transaction_id,
    accountId: row.account_id,
    createdAtMs: row.created_at.getTime(),
    outcome: row.outcome as Outcome,
    score: row.score,
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    country: row.country ?? undefined,
    merchantName: row.merchant_name ?? undefined,
    topReason: row.top_reason ?? undefined,
    topRule: row.top_rule ?? undefined,
    isFraud: row.is_fraud,
    status: row.status as Alert['status'],
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
const SCORE_BINS = 1000;

export function createSqlStore(session: SqlSession, db: Kysely<Tables>): Store {
  return {
    async findKnown(transactionIds) {
      const known = new Map<string, KnownDecision>();
      if (transactionIds.length === 0) return known;
      const rows = await db
        .selectFrom('transactions')
        .select([
          'id', 'outcome', 'score', 'reasons', 'rules', 'model_version', 'ruleset_version', 'catalogue_hash',
          'decided_at', 'content_hash', 'is_fraud',
        ]) // biome-ignore format: a list
        .where(sql<boolean>`id = any(${transactionIds}::text[])`)
        .execute();
      for (const row of rows) {
        known.set(row.id, {
          decision: toDecision(row),
          contentHash: row.content_hash,
          label: row.is_fraud ?? undefined,
        });
      }
      return known;
    },
    commit: (output) => session.transaction(commitStatements(output)),
    async committedOffset(partition) {
      const row = await db
        .selectFrom('progress')
        .select('next_offset')
        .where('partition', '=', partition)
        .executeTakeFirst();
      return Number(row?.next_offset ?? 0);
    },
    async decidedOffsets(from, until) {
      const rows = await db
        .selectFrom('transactions')
        .select('seq')
        .where('seq', '>=', from)
        .where('seq', '<', until)
        .execute();
      const leftOut = await session.query(
        `select log_offset from dead_letters
         where partition = 0 and log_offset >= $1 and log_offset < $2 and record_kind = 'transaction'`,
        [from, until],
      );
      return new Set([
        ...rows.map((row) => Number(row.seq)),
        ...leftOut.map((row) => Number(row.log_offset)),
      ]);
    },
    async refusedLabels(from, until) {
      const rows = await session.query(
        `select origin_offset from dead_letters
         where record_kind = 'label' and step = 'deciding' and origin_offset >= $1 and origin_offset < $2`,
        [from, until],
      );
      return new Set(rows.map((row) => Number(row.origin_offset)));
    },
    async labelBefore(transactionId, offset) {
      const row = await db
        .selectFrom('labels')
        .select('fraud')
        .where('transaction_id', '=', transactionId)
        .where('seq', '<', offset)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.fraud;
    },
    async transaction(id) {
      const row = await db.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toStored(row);
    },
    async transactions(filter, limit) {
      let query = db.selectFrom('transactions').selectAll().limit(limit);
      if (filter.accountId !== undefined) query = query.where('account_id', '=', filter.accountId);
      if (filter.merchantId !== undefined) query = query.where('merchant_id', '=', filter.merchantId);
      if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
      if (filter.country !== undefined) query = query.where('country', '=', filter.country);
      if (filter.minScore !== undefined) query = query.where('score', '>=', filter.minScore);
      if (filter.fromMs !== undefined) query = query.where('decided_at', '>=', new Date(filter.fromMs));
      if (filter.untilMs !== undefined) query = query.where('decided_at', '<', new Date(filter.untilMs));
      if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
      query =
        filter.after === undefined
          ? query.orderBy('seq', 'desc')
          : query.where('seq', '>', filter.after).orderBy('seq', 'asc');
      return (await query.execute()).map(toStored);
    },
    async alerts(filter, limit) {
      let query = db.selectFrom('fraud_alerts').selectAll().orderBy('seq', 'desc').limit(limit);
      if (filter.status !== undefined) query = query.where('status', '=', filter.status);
      if (filter.accountId !== undefined) query = query.where('account_id', '=', filter.accountId);
      if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
      if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
      return (await query.execute()).map(toAlert);
    },
    async openAlerts() {
      const row = await db
        .selectFrom('alerts')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('status', '=', 'open')
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async counts(fromMs, untilMs) {
      const rows = await db
        .selectFrom('stats_by_minute')
        .selectAll()
        .where('minute', '>=', new Date(fromMs))
        .where('minute', '<', new Date(untilMs))
        .orderBy('minute')
        .execute();
      return rows.map((row) => ({
        minuteMs: row.minute.getTime(),
        country: row.country,
        transactions: row.transactions,
        reviews: row.reviews,
        declines: row.declines,
        scoreSum: row.score_sum,
        flaggedMinor: Number(row.flagged_minor),
      }));
    },
    async scoreCounts(fromMs, maxRows) {
      const rows = await session.query(
        `select date_trunc('minute', decided_at) as minute, least(floor(score * 20), 19)::int as bin, count(*)::int as n
         from (select score, decided_at from transactions order by seq desc limit $2) recent
         where decided_at >= $1 group by 1, 2`,
        [new Date(fromMs).toISOString(), maxRows],
      );
      return rows.map((row) => ({
        minuteMs: (row.minute as Date).getTime(),
        bin: Number(row.bin),
        transactions: Number(row.n),
      }));
    },
    async matureScores(untilMs, maxRows) {
      const rows = await session.query(
        `select least(floor(score * ${SCORE_BINS}), ${SCORE_BINS - 1})::int as bin, outcome <> 'approve' as flagged,
           coalesce(is_fraud, false) as fraud, count(*)::int as n
         from (select score, outcome, is_fraud, decided_at from transactions order by seq desc limit $2) recent
         where decided_at < $1
         group by 1, 2, 3`,
        [iso(untilMs), maxRows],
      );
      const total = new Float64Array(SCORE_BINS);
      const frauds = new Float64Array(SCORE_BINS);
      const flagged = { frauds: 0, genuine: 0 };
      const passed = { frauds: 0, genuine: 0 };
      for (const row of rows) {
        const bin = Number(row.bin);
        const n = Number(row.n);
        total[bin] += n;
        if (row.fraud) frauds[bin] += n;
        const side = row.flagged ? flagged : passed;
        if (row.fraud) side.frauds += n;
        else side.genuine += n;
      }
      return { total, frauds, flagged, passed } satisfies MatureScores;
    },
    async addDeadLetter(source, raw, problems, receivedAtMs) {
      const { sql: text, parameters } = addDeadLetters([{ source, raw, problems, receivedAtMs }]);
      await session.query(text, parameters);
    },
  };
}
