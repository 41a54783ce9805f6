// The Store on any SQL session. Delivery: what `commit` resolved for is durable, and each offset once.
import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Amount, BaseAmount } from '../../domain/base-amount.ts';
import type { Decision, Outcome, Reason, RuleHit } from '../../domain/decision.ts';
import type { Channel, Transaction, TransactionType } from '../../domain/transaction.ts';
import type { KnownDecision } from '../../engine/process-batch.ts';
import type {
  Alert,
  CountRow,
  ListedTransaction,
  MatureScores,
  ScoreCount,
  Store,
  StoredTransaction,
  TransactionFilter,
} from '../../ports/store.ts';
import { commitStatements } from './commit.ts';
import { addDeadLetters } from './dead-letters.ts';
import { kyselyOver } from './kysely-session.ts';
import type { FraudAlertsTable, Tables, TransactionsTable } from './schema.ts';
import type { Row, SqlSession } from './session.ts';
import { A_PAGE, type Condition, stretches, type Walk, walk } from './walk.ts';

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

export function toTransaction(row: ListedRow): Transaction {
  return {
    id: row.id,
    accountId: row.account_id,
    occurredAtMs: row.occurred_at.getTime(),
    ...(row.utc_offset_minutes !== null && { utcOffsetMinutes: row.utc_offset_minutes }),
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    ...(row.billing !== null && { billing: JSON.parse(row.billing) as Amount }),
    ...(row.base !== null && { base: JSON.parse(row.base) as BaseAmount }),
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

type ListedRow = Omit<TransactionRow, 'features' | 'content_hash' | 'engine_ms' | 'labelled_at'>;

function toListed(row: ListedRow): ListedTransaction {
  return {
    offset: Number(row.seq),
    transaction: toTransaction(row),
    receivedAtMs: row.received_at.getTime(),
    decision: toDecision(row),
    isFraud: row.is_fraud ?? undefined,
    fraudType: row.fraud_type ?? undefined,
  };
}

const toStored = (row: TransactionRow): StoredTransaction => ({ ...toListed(row), vector: row.features });

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
    base:
      row.base_amount_minor === null || row.base_currency === null
        ? undefined
        : { amountMinor: Number(row.base_amount_minor), currency: row.base_currency },
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
const COUNTED_AT_ONCE = 5000;
/** Counts of so much time are read at once. */
const COUNTS_MS = 30 * 60_000;

const LISTED_COLUMNS = [
  'id', 'seq', 'account_id', 'occurred_at', 'utc_offset_minutes', 'received_at', 'decided_at', 'amount_minor', 'currency', 'base_amount_minor', 'base', 'billing', 'type', 'channel',
  'merchant_id', 'merchant_name', 'mcc', 'country', 'city', 'lat', 'lon', 'device_id', 'ip', 'counterparty_id',
  'counterparty_name', 'outcome', 'score', 'reasons', 'rules', 'model_version', 'ruleset_version', 'catalogue_hash',
  'is_fraud', 'fraud_type',
].join(', '); // biome-ignore format: a list
/** Decisions are stored in the order of their time, but for clocks that were set and partitions that a sink is behind with. */
const OUT_OF_ORDER_MS = 3_600_000;

/** How transactions are looked for: by the index that leaves the fewest, and by the rest of the filter among these. */
function transactionWalk(filter: TransactionFilter, columns: string): Walk {
  const { accountId, merchantId, outcome, country, minScore, fromMs, untilMs, after } = filter;
  const conditions: { readonly indexed: boolean; readonly condition: Condition }[] = [];
  const add = (value: unknown, indexed: boolean, condition: Condition): void => {
    if (value !== undefined) conditions.push({ indexed, condition });
  };
  add(accountId, true, ($) => `account_id = ${$(accountId)}`);
  add(country, true, ($) => `country = ${$(country)}`);
  const flagged = outcome !== undefined && outcome !== 'approve';
  // The index holds what was flagged: the planner must see that this is.
  add(outcome, flagged, ($) => `outcome = ${$(outcome)}${flagged ? " and outcome <> 'approve'" : ''}`);
  add(merchantId, false, ($) => `merchant_id = ${$(merchantId)}`);
  add(minScore, false, ($) => `score >= ${$(minScore)}`);
  add(fromMs, false, ($) => `decided_at >= ${$(new Date(fromMs ?? 0))}`);
  add(untilMs, false, ($) => `decided_at < ${$(new Date(untilMs ?? 0))}`);
  const first = conditions.findIndex(({ indexed }) => indexed);
  return {
    table: 'transactions',
    columns,
    keys: [['seq', 'bigint']],
    down: after === undefined,
    among: first < 0 ? [] : [conditions[first].condition],
    filters: conditions.filter((_, i) => i !== first).map(({ condition }) => condition),
  };
}

/**
 * The store in a database. What decisions wait for goes through `session`, what people and screens ask for through `reads`,
 * in short steps.
 */
export function createSqlStore(session: SqlSession, db: Kysely<Tables>, reads: SqlSession = session): Store {
  const readDb = reads === session ? db : kyselyOver(reads);

  /** Where what was decided at a moment begins, about. */
  async function seqAt(ms: number): Promise<number> {
    const before = async (seq: number | null): Promise<Row | undefined> => {
      const rows = await reads.query(
        'select seq, decided_at from transactions where $1::bigint is null or seq < $1 order by seq desc limit 1',
        [seq],
      );
      return rows[0];
    };
    const newest = await before(null);
    let low = 0;
    let high = newest ? Number(newest.seq) + 1 : 0;
    while (high > low) {
      const middle = Math.ceil((low + high) / 2);
      const row = await before(middle);
      if (row && (row.decided_at as Date).getTime() >= ms) high = Number(row.seq);
      else low = middle;
    }
    return low;
  }

  async function transactions<T>(
    filter: TransactionFilter,
    limit: number,
    of: (row: Row) => T,
    columns: string,
  ) {
    const { fromMs, untilMs, before, after } = filter;
    const firstSeq = fromMs === undefined ? 0 : await seqAt(fromMs - OUT_OF_ORDER_MS);
    const lastSeq =
      untilMs === undefined || before !== undefined ? undefined : await seqAt(untilMs + OUT_OF_ORDER_MS);
    const from = after ?? Math.min(before ?? Number.MAX_SAFE_INTEGER, lastSeq ?? Number.MAX_SAFE_INTEGER);
    const asked = transactionWalk(filter, columns);
    const bound = columns === '*' ? undefined : A_PAGE;
    const { rows, place, looked } = await walk(
      reads,
      asked,
      from === Number.MAX_SAFE_INTEGER ? undefined : [from],
      limit,
      bound,
      ([seq]) => asked.down && Number(seq) < firstSeq,
    );
    const next = place && Number(place[0]);
    return { items: rows.map(of), next, looked };
  }

  async function decidedAtMs(seq: number): Promise<number | undefined> {
    const [row] = await reads.query('select decided_at from transactions where seq = $1', [seq]);
    return row && (row.decided_at as Date).getTime();
  }

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
    async transactionsOf(transactionIds) {
      const rows = await session.query(
        `select ${LISTED_COLUMNS} from transactions where id = any($1::text[])`,
        [transactionIds],
      );
      return new Map(rows.map((row) => [String(row.id), toTransaction(row as unknown as ListedRow)]));
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
      const row = await readDb.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toStored(row);
    },
    async transactions(filter, limit) {
      const { items } = await transactions(filter, limit, (row) => toStored(row as TransactionRow), '*');
      return items;
    },
    async search(filter, limit) {
      const found = await transactions(filter, limit, (row) => toListed(row as ListedRow), LISTED_COLUMNS);
      const { items, next } = found;
      return {
        ...found,
        backToMs: next !== undefined && items.length < limit ? await decidedAtMs(next) : undefined,
      };
    },
    async alerts({ status, accountId, outcome, before }, limit) {
      const { rows, place, looked } = await walk(
        reads,
        {
          table: 'fraud_alerts',
          columns: '*',
          keys: [['seq', 'bigint']],
          down: true,
          among: accountId === undefined ? [] : [($) => `account_id = ${$(accountId)}`],
          filters: [
            ...(status === undefined ? [] : [($: Parameters<Condition>[0]) => `status = ${$(status)}`]),
            ...(outcome === undefined ? [] : [($: Parameters<Condition>[0]) => `outcome = ${$(outcome)}`]),
          ],
        },
        before === undefined ? undefined : [before],
        limit,
        A_PAGE,
      );
      return {
        items: rows.map((row) => toAlert(row as Selectable<FraudAlertsTable>)),
        next: place && Number(place[0]),
        looked,
      };
    },
    async openAlerts() {
      let open = 0;
      let after: unknown = 0;
      for (let n = COUNTED_AT_ONCE; n === COUNTED_AT_ONCE; open += n) {
        const [row] = await reads.query(
          `select count(*)::int as n, max(id) as last from (
             select id from alerts where status = 'open' and id > $1 order by id limit ${COUNTED_AT_ONCE}) these`,
          [after],
        );
        n = Number(row.n);
        after = row.last;
      }
      return open;
    },
    async counts(fromMs, untilMs) {
      const found: CountRow[] = [];
      for (let from = fromMs; from < untilMs; from += COUNTS_MS) {
        const rows = await readDb
          .selectFrom('stats_by_minute')
          .selectAll()
          .where('minute', '>=', new Date(from))
          .where('minute', '<', new Date(Math.min(untilMs, from + COUNTS_MS)))
          .orderBy('minute')
          .execute();
        for (const row of rows) {
          found.push({
            minuteMs: row.minute.getTime(),
            country: row.country,
            transactions: row.transactions,
            reviews: row.reviews,
            declines: row.declines,
            scoreSum: row.score_sum,
            flaggedMinor: Number(row.flagged_minor),
          });
        }
      }
      return found;
    },
    async scoreCounts(fromMs, maxRows) {
      const counts = new Map<string, ScoreCount>();
      for await (const { from, before } of stretches(reads, 'transactions', 'seq', maxRows)) {
        const rows = await reads.query(
          `select date_trunc('minute', decided_at) as minute, least(floor(score * 20), 19)::int as bin, count(*)::int as n
           from transactions where seq >= $2 and ($3::bigint is null or seq < $3) and decided_at >= $1 group by 1, 2`,
          [iso(fromMs), from, before],
        );
        for (const row of rows) {
          const minuteMs = (row.minute as Date).getTime();
          const bin = Number(row.bin);
          const key = `${minuteMs} ${bin}`;
          counts.set(key, {
            minuteMs,
            bin,
            transactions: (counts.get(key)?.transactions ?? 0) + Number(row.n),
          });
        }
        if (rows.length === 0) break;
      }
      return [...counts.values()];
    },
    async matureScores(untilMs, maxRows) {
      const total = new Float64Array(SCORE_BINS);
      const frauds = new Float64Array(SCORE_BINS);
      const flagged = { frauds: 0, genuine: 0 };
      const passed = { frauds: 0, genuine: 0 };
      for await (const { from, before } of stretches(reads, 'transactions', 'seq', maxRows)) {
        const rows = await reads.query(
          `select least(floor(score * ${SCORE_BINS}), ${SCORE_BINS - 1})::int as bin, outcome <> 'approve' as flagged,
             coalesce(is_fraud, false) as fraud, count(*)::int as n
           from transactions where seq >= $2 and ($3::bigint is null or seq < $3) and decided_at < $1 group by 1, 2, 3`,
          [iso(untilMs), from, before],
        );
        for (const row of rows) {
          const bin = Number(row.bin);
          const n = Number(row.n);
          total[bin] += n;
          if (row.fraud) frauds[bin] += n;
          const side = row.flagged ? flagged : passed;
          if (row.fraud) side.frauds += n;
          else side.genuine += n;
        }
      }
      return { total, frauds, flagged, passed } satisfies MatureScores;
    },
    async addDeadLetter(source, raw, problems, receivedAtMs) {
      const { sql: text, parameters } = addDeadLetters([{ source, raw, problems, receivedAtMs }]);
      await session.query(text, parameters);
    },
  };
}
