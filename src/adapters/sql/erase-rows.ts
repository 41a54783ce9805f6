// A person's transactions, events and alerts in the database, and what people wrote about them: identifiers and everything personal
// go, the decision stays.

import type { Reason, RuleHit } from '../../domain/decision.ts';
import { type Eraser, erasedEventText } from '../../domain/eraser.ts';
import { ERASED_TEXT } from '../../domain/erasure.ts';
import { STANDARD } from '../../features/standard.ts';
import type { ErasureInHand, FoundOfPerson } from '../../ports/office/erasures.ts';
import { counting, FIRST_RECORDS, nextRecords, type RecordsPlace, type StepTaken } from './erasure-step.ts';
import { storedEventOf } from './events.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { LISTED_COLUMNS, type ListedRow, toTransaction } from './stored-transactions.ts';

/** Devices and addresses that are remembered of a person, so that they are found elsewhere. */
const MOST_REMEMBERED = 100;
const MOST_ACCOUNTS = 1000;

const placeIn = (place: string | undefined): RecordsPlace =>
  place === undefined ? FIRST_RECORDS : (JSON.parse(place) as RecordsPlace);
const placeText = (place: RecordsPlace | undefined): string | undefined => place && JSON.stringify(place);

/** What people wrote of their own features may name somebody: what is left is the feature's name. */
const STANDARD_NAMES: readonly string[] = STANDARD.features.map(({ name }) => name);
const isOfProgram = new Set(STANDARD_NAMES);

const erasedReason = (reason: Reason): Reason =>
  isOfProgram.has(reason.feature) ? reason : { ...reason, text: `Feature ${reason.feature}` };

const together = (before: readonly string[], more: readonly (string | null)[], most: number): string[] =>
  [...new Set([...before, ...more.flatMap((one) => one ?? [])])].slice(0, most);

/** `table` is of alerts or of flagged transactions. */
const TOP_REASON = (table: string): string => `top_reason = case
    when ${table}.top_rule <> '' then 'Rule ' || ${table}.top_rule
    when ${table}.top_feature = any(select json_array_elements_text($3::json)) then ${table}.top_reason
    when ${table}.top_feature <> '' then 'Feature ' || ${table}.top_feature end`;

const ROWS = `json_to_recordset($2::json) as e(id text, seq bigint, was text, account_id text, is_purchase boolean,
  merchant_id text, merchant_name text, counterparty_id text, attributes text, reasons text, rules text, fraud_type text)`;

const ERASE_TRANSACTIONS = `
  with changed as (
    update transactions t set account_id = e.account_id, merchant_id = e.merchant_id, merchant_name = e.merchant_name,
      city = null, lat = null, lon = null, device_id = null, ip = null, counterparty_id = e.counterparty_id,
      counterparty_name = null, attributes = e.attributes, reasons = e.reasons, rules = e.rules,
      fraud_type = e.fraud_type, content_hash = ''
    from ${ROWS} where t.id = e.id and t.seq = e.seq returning t.id),
  labelled as (
    update labels l set fraud_type = e.fraud_type from ${ROWS}
    where l.transaction_id = e.id and l.fraud_type is not null)
  ${counting('transactions', 'changed')}`;

const ERASE_FLAGGED = `
  update fraud_alerts f set account_id = e.account_id, ${TOP_REASON('f')},
    merchant_name = case when e.is_purchase then f.merchant_name end
  from ${ROWS} where f.transaction_id = e.id and $1::bigint is not null`;

/** An alert is the person's once all that it holds was. */
const ERASE_ALERTS = `
  with theirs as (select distinct was, account_id from ${ROWS}),
  changed as (
    update alerts a set account_id = theirs.account_id, ${TOP_REASON('a')}, version = a.version + 1
    from theirs where a.account_id = theirs.was and a.status = 'closed' and not exists (
      select 1 from fraud_alerts f where f.alert_id = a.id and f.account_id = theirs.was)
    returning a.id)
  ${counting('alerts', 'changed')}`;

function erasedRow(row: Row, eraser: Eraser) {
  const before = toTransaction(row as unknown as ListedRow);
  const after = eraser.transaction(before);
  const reasons = row.reasons === null ? [] : (JSON.parse(String(row.reasons)) as Reason[]);
  const rules = row.rules === null ? [] : (JSON.parse(String(row.rules)) as RuleHit[]);
  return {
    id: before.id,
    seq: Number(row.seq),
    was: before.accountId,
    account_id: after.accountId,
    is_purchase: before.type === 'purchase',
    merchant_id: after.merchant?.id,
    merchant_name: after.merchant?.name,
    counterparty_id: after.counterpartyId,
    attributes: after.attributes && JSON.stringify(after.attributes),
    reasons: row.reasons === null ? null : JSON.stringify(reasons.map(erasedReason)),
    rules: row.rules === null ? null : JSON.stringify(rules.map(eraser.hit)),
    fraud_type: eraser.fraudType(row.fraud_type === null ? undefined : String(row.fraud_type)),
  };
}

export async function eraseTransactions(
  session: SqlSession,
  { id, untilSeq, found }: ErasureInHand,
  eraser: Eraser,
  place: string | undefined,
): Promise<StepTaken> {
  const of = { table: 'transactions', columns: LISTED_COLUMNS, text: 'attributes' };
  const { rows, next } = await nextRecords(session, of, eraser, untilSeq, placeIn(place));
  const theirs = rows.filter((row) => eraser.isTheirs(toTransaction(row as unknown as ListedRow)));
  if (theirs.length === 0) return { statements: [], place: placeText(next) };
  const erased = JSON.stringify(theirs.map((row) => erasedRow(row, eraser)));
  const textsOf = (column: string): (string | null)[] => theirs.map((row) => row[column] as string | null);
  const remembered: FoundOfPerson = {
    accounts: together(found.accounts, textsOf('account_id'), MOST_ACCOUNTS),
    devices: together(found.devices, textsOf('device_id'), MOST_REMEMBERED),
    addresses: together(found.addresses, textsOf('ip'), MOST_REMEMBERED),
  };
  const names = JSON.stringify(STANDARD_NAMES);
  return {
    statements: [
      { sql: ERASE_TRANSACTIONS, parameters: [id, erased] },
      { sql: ERASE_FLAGGED, parameters: [id, erased, names] },
      { sql: ERASE_ALERTS, parameters: [id, erased, names] },
    ],
    place: placeText(next),
    found: remembered,
  };
}

const ERASE_EVENTS = `
  with changed as (
    update events v set account_id = e.account_id, event = e.event, content_hash = ''
    from json_to_recordset($2::json) as e(id text, account_id text, event text) where v.id = e.id returning v.id)
  ${counting('events', 'changed')}`;

export async function eraseEvents(
  session: SqlSession,
  { id, untilSeq }: ErasureInHand,
  eraser: Eraser,
  place: string | undefined,
): Promise<StepTaken> {
  const of = { table: 'events', columns: 'seq, event, received_at', text: 'event' };
  const { rows, next } = await nextRecords(session, of, eraser, untilSeq, placeIn(place));
  const theirs = rows.map((row) => storedEventOf(row).event).filter(eraser.isTheirs);
  if (theirs.length === 0) return { statements: [], place: placeText(next) };
  const erased = theirs.map((event) => {
    const after = eraser.event(event);
    return { id: event.id, account_id: after.accountId, event: erasedEventText(after) };
  });
  return {
    statements: [{ sql: ERASE_EVENTS, parameters: [id, JSON.stringify(erased)] }],
    place: placeText(next),
  };
}

/** Alerts of the person; cases of which every alert is. */
const ALERTS = `select id from alerts where account_id = any($2::text[])`;
const CASES = `select c.id from cases c where exists (select 1 from alerts a where a.case_id = c.id and a.account_id = any($2::text[]))
  and not exists (select 1 from alerts a where a.case_id = c.id and a.account_id <> all($2::text[]))`;
const ABOUT_THEM = `subject in (select 'alert ' || id from (${ALERTS}) a union all select 'case ' || id from (${CASES}) c)`;

/** What people wrote and filed about the person alone goes whole: nobody can tell what of it names them. */
export async function eraseProse(
  _session: SqlSession,
  { id, found }: ErasureInHand,
  eraser: Eraser,
): Promise<StepTaken> {
  const accounts = [...found.accounts, ...eraser.person.map(({ value }) => value)];
  const parameters = [id, [...new Set(accounts.map(eraser.token))]];
  const erasing = (sql: string, counted: string): Statement => ({
    sql: `with changed as (${sql}) ${counted}`,
    parameters,
  });
  return {
    statements: [
      erasing(
        `update notes set text = '${ERASED_TEXT}' where text <> '${ERASED_TEXT}' and ${ABOUT_THEM} returning id`,
        counting('notes', 'changed'),
      ),
      erasing(
        `update attachments set name = 'erased', bytes = '', size = 0 where name <> 'erased' and ${ABOUT_THEM} returning id`,
        counting('files', 'changed'),
      ),
      {
        sql: `update case_tasks set text = '${ERASED_TEXT}' where case_id in (${CASES}) and $1::bigint is not null`,
        parameters,
      },
      erasing(
        `update cases set title = '${ERASED_TEXT}', narrative = '', version = version + 1
         where title <> '${ERASED_TEXT}' and id in (${CASES}) returning id`,
        counting('cases', 'changed'),
      ),
    ],
    place: undefined,
  };
}
