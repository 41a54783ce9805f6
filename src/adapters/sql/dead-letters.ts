// Dead letters in the database: what could not be used, and what is in quarantine until somebody deals with it.
import { asBuffer } from '../../domain/bytes.ts';
import { type CustomerEventJson, customerEventFromJson } from '../../domain/customer-event.ts';
import { DEAD_LETTER_CHARACTERS, type DeadLetterState, QUARANTINE_STEPS } from '../../domain/dead-letter.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { type LabelJson, labelFromJson } from '../../domain/label.ts';
import type { Problem } from '../../domain/problem.ts';
import { eventContentHash, type Quarantined } from '../../engine/process-batch.ts';
import {
  DEAD_LETTER_DAYS,
  DEAD_LETTERS_KEPT,
  type DeadLetter,
  type DeadLetterEntry,
  type DeadLetterSubject,
  type DeadLetters,
  letterOf,
  quarantinedIdOf,
} from '../../ports/office/dead-letters.ts';
import { decisionMessage, decodeDecision } from '../../stream/message-codec.ts';
import { auditText } from './audit.ts';
import { labelRow, labelStatements } from './commit.ts';
import { eventRow, insertEvents } from './events.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { type RowNumbers, storeDecision } from './store-decision.ts';

/** What the quarantine adds; on a server `partition` and `log_offset` are there already. */
export const quarantineColumns = (place: boolean): readonly string[] => [
  `alter table dead_letters
    ${place ? 'add column partition integer, add column log_offset bigint,' : ''}
    add column step text check (step in (${QUARANTINE_STEPS.map((step) => `'${step}'`).join(', ')})),
    add column record_kind text, add column account_id text, add column transaction_id text,
    add column state text not null default 'open' check (state in ('open', 'retrying', 'resolved', 'discarded')),
    add column origin_offset bigint, add column times integer not null default 1, add column decided text,
    add column changed_at timestamptz, add column changed_by text`,
  // A transaction that fails again and again is one letter.
  `create unique index dead_letters_subject on dead_letters (account_id, transaction_id)
    where record_kind = 'transaction' and state in ('open', 'retrying')`,
  `create index dead_letters_transaction on dead_letters (transaction_id) where transaction_id is not null`,
  ...(place
    ? [`create index dead_letters_place on dead_letters (partition, log_offset) where partition is not null`]
    : []),
];

/** What somebody put in the place of what was sent; that stays beside it. */
export const MENDED_COLUMN = 'alter table dead_letters add column mended text';

/** A database takes neither NUL nor half a character; what cannot be stored stands as a question mark in a lozenge. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd').toWellFormed();

const storableOrNone = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : storable(text);

/** The column for ids of transactions holds those of events, too; `record_kind` tells them apart. */
const idOf = (subject: DeadLetterSubject): string =>
  subject.kind === 'event' ? subject.eventId : subject.transactionId;

const rowOf = (entry: DeadLetterEntry) => ({
  source: storable(entry.source),
  raw: storable(entry.raw.slice(0, DEAD_LETTER_CHARACTERS)),
  problems: JSON.stringify(
    entry.problems.map(({ pointer, message }) => ({
      pointer: storable(pointer),
      message: storable(message),
    })),
  ),
  received_at: isoTime(entry.receivedAtMs),
  step: entry.quarantine?.step,
  origin_offset: entry.quarantine?.offset,
  record_kind: entry.quarantine?.subject?.kind ?? entry.decidedAt?.kind,
  account_id: storableOrNone(entry.quarantine?.subject?.accountId),
  transaction_id: entry.quarantine?.subject && storable(idOf(entry.quarantine.subject)),
  partition: entry.decidedAt?.partition,
  log_offset: entry.decidedAt?.offset,
  decided: entry.decided === undefined ? undefined : storable(entry.decided),
});

/** Adds letters; one whose record is in quarantine already counts there. */
export function addDeadLetters(entries: readonly DeadLetterEntry[]): Statement {
  const rows = new Map<string, ReturnType<typeof rowOf> & { times: number }>();
  entries.forEach((entry, i) => {
    const row = rowOf(entry);
    const isTransaction = row.record_kind === 'transaction';
    // One statement cannot change a row twice.
    const key = isTransaction ? JSON.stringify([row.account_id, row.transaction_id]) : `${i}`;
    rows.set(key, { ...row, times: (rows.get(key)?.times ?? 0) + 1 });
  });
  return {
    sql: `insert into dead_letters (source, raw, problems, received_at, step, origin_offset, record_kind, account_id,
        transaction_id, partition, log_offset, decided, times)
      select source, raw, problems, received_at, step, origin_offset, record_kind, account_id, transaction_id, partition,
        log_offset, decided, times
      from json_to_recordset($1) as d(
        source text, raw text, problems text, received_at timestamptz, step text, origin_offset bigint, record_kind text, account_id text,
        transaction_id text, partition int, log_offset bigint, decided text, times int)
      on conflict (account_id, transaction_id) where record_kind = 'transaction' and state in ('open', 'retrying')
      do update set times = dead_letters.times + excluded.times, state = 'open', source = excluded.source,
        problems = excluded.problems, step = excluded.step, origin_offset = excluded.origin_offset, changed_at = excluded.received_at,
        partition = coalesce(dead_letters.partition, excluded.partition),
        log_offset = coalesce(dead_letters.log_offset, excluded.log_offset),
        decided = coalesce(dead_letters.decided, excluded.decided)`,
    parameters: [JSON.stringify([...rows.values()])],
  };
}

/** The letter of a record that a commit could not deal with; with its decision, where that is all that could not be stored. */
export function quarantineLetter(
  { offset, record, reason, decided, inHistories }: Quarantined,
  partition: number,
): DeadLetterEntry {
  const isDecided = decided !== undefined || inHistories === true;
  const letter = letterOf(
    { offset, record, reason },
    isDecided ? 'storing' : 'deciding',
    `log, offset ${offset}`,
  );
  return {
    ...letter,
    ...(isDecided && { decidedAt: { partition, offset } }),
    ...(decided && {
      decided: asBuffer(decisionMessage(decided, Buffer.from(letter.raw), undefined).value).toString('utf8'),
    }),
  };
}

const text = (value: unknown): string | undefined => (value === null ? undefined : String(value));

function subjectIn({ record_kind, account_id }: Row, id: string): DeadLetterSubject {
  const accountId = text(account_id);
  if (record_kind === 'event')
    return { kind: 'event', ...(accountId !== undefined && { accountId }), eventId: id };
  return {
    kind: record_kind === 'label' ? 'label' : 'transaction',
    accountId: String(account_id),
    transactionId: id,
  };
}

function toLetter(row: Row): DeadLetter {
  const step = QUARANTINE_STEPS.find((known) => known === row.step);
  const id = text(row.transaction_id);
  const decided = text(row.decided);
  const mended = text(row.mended);
  const receivedAtMs = (row.received_at as Date).getTime();
  return {
    id: Number(row.id),
    source: String(row.source),
    raw: String(row.raw),
    problems: JSON.parse(String(row.problems)) as Problem[],
    receivedAtMs,
    state: String(row.state) as DeadLetterState,
    times: Number(row.times),
    changedAtMs: (row.changed_at as Date | null)?.getTime() ?? receivedAtMs,
    changedBy: text(row.changed_by),
    ...(step && {
      quarantine: {
        step,
        ...(row.origin_offset !== null && { offset: Number(row.origin_offset) }),
        ...(id !== undefined && { subject: subjectIn(row, id) }),
      },
    }),
    ...(row.partition !== null && {
      decidedAt: { partition: Number(row.partition), offset: Number(row.log_offset) },
    }),
    ...(decided !== undefined && { decided }),
    ...(mended !== undefined && { mended }),
  };
}

const OPEN_QUARANTINE = `step is not null and state = 'open'`;
/** Of the ids that are spent without a row. A transaction whose histories could not be built again is decided all the same. */
const UNSTORED = `step in ('reading', 'deciding', 'storing') and state in ('open', 'discarded')`;
const UNDECIDED = `${UNSTORED} and record_kind = 'transaction'`;

const reasonIn = (problems: unknown): string => (JSON.parse(String(problems)) as Problem[])[0]?.message ?? '';

/** A number of the sequence for a label or an event: none waits for those that become visible behind it. */
async function nextNumber(session: SqlSession): Promise<number> {
  const [row] = await session.query(
    'update stream_sequence set next = next + 1 returning next - 1 as first',
    [],
  );
  return Number(row.first);
}

/** What a letter decided or labelled, stored after all. */
async function storeLetter(
  session: SqlSession,
  numbers: RowNumbers,
  { id, raw, decided, decidedAt, quarantine, receivedAtMs }: DeadLetter,
  nowMs: number,
): Promise<void> {
  if (!decidedAt) throw new TypeError(`dead letter ${id} was not decided`);
  const { partition, offset } = decidedAt;
  const resolved: Statement = {
    sql: `update dead_letters set state = 'resolved', partition = null, log_offset = null, changed_at = $2 where id = $1`,
    parameters: [id, isoTime(nowMs)],
  };
  if (quarantine?.subject?.kind === 'label') {
    const label = labelFromJson(JSON.parse(raw) as LabelJson);
    const row = labelRow({ offset, label }, numbers === 'log' ? offset : await nextNumber(session));
    const placed = numbers === 'log' ? row : { ...row, partition, log_offset: offset };
    await session.transaction([...labelStatements([placed]), resolved]);
    return;
  }
  if (quarantine?.subject?.kind === 'event') {
    const event = customerEventFromJson(JSON.parse(raw) as CustomerEventJson);
    const item = { offset, event, receivedAtMs, contentHash: eventContentHash(event) };
    const row = eventRow(item, numbers === 'log' ? offset : await nextNumber(session));
    const placed = numbers === 'log' ? row : { ...row, partition, log_offset: offset };
    await session.transaction([insertEvents([placed], 'refused'), resolved]);
    return;
  }
  if (decided === undefined) throw new TypeError(`dead letter ${id} holds no decision`);
  await session.transaction([
    storeDecision(decodeDecision(Buffer.from(decided)), decidedAt, numbers),
    resolved,
  ]);
}

type Ask = (sql: string, ...parameters: unknown[]) => Promise<Row[]>;

/** Resolves what is decided by now, lets go of what is old or too much. */
async function tidy(ask: Ask, nowMs: number): Promise<void> {
  const longAgo = isoTime(nowMs - DEAD_LETTER_DAYS * 86_400_000);
  await ask(
    `update dead_letters d set state = 'resolved', changed_at = $1
       where d.state = 'retrying' and d.record_kind = 'transaction' and exists (
         select 1 from transactions t where t.id = d.transaction_id and t.account_id = d.account_id)`,
    isoTime(nowMs),
  );
  // What histories are rebuilt from stays, and what nobody has dealt with.
  const dispensable = `log_offset is null and (step is null or state in ('resolved', 'discarded'))
      and not coalesce(record_kind = 'label' and step = 'deciding', false)`;
  await ask(
    `delete from dead_letters where ${dispensable} and coalesce(changed_at, received_at) < $1`,
    longAgo,
  );
  await ask(
    `delete from dead_letters where ${dispensable} and id <= (
         select id from dead_letters where ${dispensable} order by id desc offset $1 limit 1)`,
    DEAD_LETTERS_KEPT,
  );
}

/** Letters, and what becomes of them. */
export function createDeadLetters(session: SqlSession, numbers: RowNumbers): DeadLetters {
  const ask: Ask = (sql, ...parameters) => session.query(sql, parameters);
  return {
    async add(entries) {
      if (entries.length === 0) return;
      const { sql, parameters } = addDeadLetters(entries);
      await session.query(sql, parameters);
    },
    async page({ state, quarantined, before }, limit) {
      const rows = await ask(
        `select * from dead_letters
         where ($1::text is null or state = $1) and ($2::boolean is null or (step is not null) = $2)
           and ($3::bigint is null or id < $3)
         order by id desc limit $4`,
        state ?? null,
        quarantined ?? null,
        before ?? null,
        limit,
      );
      return rows.map(toLetter);
    },
    async find(id) {
      const [row] = await ask('select * from dead_letters where id = $1', id);
      return row && toLetter(row);
    },
    async count() {
      const [row] = await ask(
        `select count(*) as total, count(*) filter (where ${OPEN_QUARANTINE}) as quarantined from dead_letters`,
      );
      return { total: Number(row?.total ?? 0), quarantined: Number(row?.quarantined ?? 0) };
    },
    async quarantinedIds() {
      const rows = await ask(
        `select record_kind, account_id, transaction_id, problems from dead_letters
         where ${UNSTORED} and record_kind in ('transaction', 'event')`,
      );
      return new Map(
        rows.map((row) => [
          quarantinedIdOf(subjectIn(row, String(row.transaction_id))),
          reasonIn(row.problems),
        ]),
      );
    },
    async reasonsOf(transactionIds) {
      const rows = await ask(
        `select transaction_id, problems from dead_letters
         where ${UNDECIDED} and transaction_id = any($1::text[])`,
        transactionIds,
      );
      return new Map(rows.map((row) => [String(row.transaction_id), reasonIn(row.problems)]));
    },
    async move(id, from, to, entry) {
      const rows = await ask(
        `with moved as (
           update dead_letters set state = $3, changed_at = $4, changed_by = $5
           where id = $1 and state = $2 returning id)
         select id, append_audit($6) from moved`,
        id,
        from,
        to,
        isoTime(entry.atMs),
        entry.actor.name,
        auditText(entry),
      );
      return rows.length > 0;
    },
    async mend(id, mended, entry) {
      const rows = await ask(
        `with changed as (
           update dead_letters set mended = $2, changed_at = $3, changed_by = $4
           where id = $1 and state = 'open' returning id)
         select id, append_audit($5) from changed`,
        id,
        storable(mended),
        isoTime(entry.atMs),
        entry.actor.name,
        auditText(entry),
      );
      return rows.length > 0;
    },
    async failedAgain(id, problems, nowMs) {
      await ask(
        `update dead_letters set state = 'open', times = times + 1, problems = $2, changed_at = $3 where id = $1`,
        id,
        JSON.stringify(problems),
        isoTime(nowMs),
      );
    },
    storeAgain: (letter, nowMs) => storeLetter(session, numbers, letter, nowMs),
    tidy: (nowMs) => tidy(ask, nowMs),
  };
}
