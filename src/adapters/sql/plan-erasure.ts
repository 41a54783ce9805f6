// What an erasure would change, and what stands in its way: looked at as the steps do, and nothing is changed.
import type { Eraser } from '../../domain/eraser.ts';
import { ACCOUNT_FIELD, type PersonIdentifier } from '../../domain/erasure.ts';
import { mentionPattern } from '../../domain/mention.ts';
import type { ErasureHold, ErasurePlan, RelatedName } from '../../ports/office/erasures.ts';
import { LETTERS_OF, lettersAskedBy } from './erase-letters.ts';
import { FIRST_RECORDS, nextRecords, type RecordsPlace } from './erasure-step.ts';
import { storedEventOf } from './events.ts';
import type { Row, SqlSession } from './session.ts';
import { LISTED_COLUMNS, type ListedRow, toTransaction } from './stored-transactions.ts';

/** So long somebody waits for the records of each kind. */
const WAITED_MS = 3000;
const SHOWN_HOLDS = 50;
const SHOWN_NAMES = 20;
const MOST_NAMES = 5000;
const NAMES_AS = /(?:^|[._])(?:id|email|e-mail|mail|phone|customer|user|iban)$|Id$|Email$|Phone$/;
const NEVER = '(?!)';

type Stated = { readonly accountId?: string; readonly attributes?: Readonly<Record<string, unknown>> };

/** Counts records of the person, and what else names somebody in them. */
async function countRecords(
  session: SqlSession,
  of: Parameters<typeof nextRecords>[1],
  statedIn: (row: Row) => Stated & Parameters<Eraser['isTheirs']>[0],
  eraser: Eraser,
  names: Map<string, RelatedName>,
): Promise<{ readonly count: number; readonly isComplete: boolean }> {
  const started = performance.now();
  let count = 0;
  let place: RecordsPlace | undefined = FIRST_RECORDS;
  const seen = new Set<number>();
  while (place !== undefined) {
    if (performance.now() - started > WAITED_MS) return { count, isComplete: false };
    const { rows, next } = await nextRecords(session, of, eraser, Number.MAX_SAFE_INTEGER, place);
    place = next;
    for (const row of rows) {
      const stated = statedIn(row);
      if (seen.has(Number(row.seq)) || !eraser.isTheirs(stated)) continue;
      seen.add(Number(row.seq));
      count++;
      for (const name of namesIn(stated)) addName(names, name);
    }
  }
  return { count, isComplete: true };
}

function namesIn({ accountId, attributes = {} }: Stated): readonly PersonIdentifier[] {
  const own = Object.entries(attributes).flatMap(([field, value]) =>
    typeof value === 'string' && NAMES_AS.test(field) ? [{ field, value }] : [],
  );
  return accountId === undefined ? own : [{ field: ACCOUNT_FIELD, value: accountId }, ...own];
}

function addName(names: Map<string, RelatedName>, { field, value }: PersonIdentifier): void {
  const key = JSON.stringify([field, value]);
  const known = names.get(key);
  if (known) names.set(key, { ...known, records: known.records + 1 });
  else if (names.size < MOST_NAMES) names.set(key, { field, value, records: 1 });
}

const HOLDS = `
  select * from (
    select 'alert' as kind, id::text as id from alerts where account_id = any($1::text[]) and status = 'open'
    union all
    select distinct 'case', c.id::text from cases c join alerts a on a.case_id = c.id
      where a.account_id = any($1::text[]) and c.status <> 'closed'
    union all
    select 'deadLetter', id::text from dead_letters
      where (account_id = any($2::text[]) or raw ~ $3) and step is not null and state in ('open', 'retrying')
    union all
    select 'list', list from list_entries where value = any($2::text[]) and not removed
    union all
    select 'rule', id from rules where state in ('draft', 'shadow', 'live') and (expression ~ $3 or text ~ $3)
    union all
    select 'catalogue', 'version ' || version from catalogue_versions
      where state in ('draft', 'filling', 'live') and document ~ $3) holds
  order by kind, id limit ${SHOWN_HOLDS}`;

const COUNTS = `
  with theirs as (select id, case_id from alerts where account_id = any($1::text[])),
  cases_of as (
    select distinct case_id from theirs where case_id is not null and not exists (
      select 1 from alerts o where o.case_id = theirs.case_id and o.account_id <> all($1::text[]))),
  subjects as (
    select 'alert ' || id as subject from theirs union all select 'case ' || case_id from cases_of)
  select (select count(*) from theirs) as alerts, (select count(*) from cases_of) as cases,
    (select count(*) from notes where subject in (select subject from subjects)) as notes,
    (select count(*) from attachments where subject in (select subject from subjects)) as files`;

export async function planErasure(session: SqlSession, eraser: Eraser): Promise<ErasurePlan> {
  const names = new Map<string, RelatedName>();
  const transactions = await countRecords(
    session,
    { table: 'transactions', columns: LISTED_COLUMNS, text: 'attributes' },
    (row) => toTransaction(row as unknown as ListedRow),
    eraser,
    names,
  );
  const events = await countRecords(
    session,
    { table: 'events', columns: 'seq, event, received_at', text: 'event' },
    (row) => storedEventOf(row).event,
    eraser,
    names,
  );
  const values = eraser.person.map(({ value }) => value);
  const found = [...names.values()];
  const accounts = new Set([
    ...eraser.person.flatMap(({ field, value }) => (field === ACCOUNT_FIELD ? value : [])),
    ...found.flatMap(({ field, value }) => (field === ACCOUNT_FIELD ? value : [])),
  ]);
  const [counted] = await session.query(COUNTS, [[...accounts]]);
  const [letters] = await session.query(
    `select count(*) as n from dead_letters where $1::bigint is not null and ${LETTERS_OF}`,
    [0, ...lettersAskedBy(eraser)],
  );
  const holds = await session.query(HOLDS, [[...accounts], values, mentionPattern(values) ?? NEVER]);
  const isAsked = ({ field, value }: PersonIdentifier): boolean =>
    eraser.person.some((one) => one.field === field && one.value === value);
  return {
    counts: {
      transactions: transactions.count,
      events: events.count,
      deadLetters: Number(letters.n),
      alerts: Number(counted.alerts),
      cases: Number(counted.cases),
      notes: Number(counted.notes),
      files: Number(counted.files),
    },
    holds: holds.map((row) => ({ kind: row.kind as ErasureHold['kind'], id: String(row.id) })),
    related: found
      .filter((name) => !isAsked(name))
      .sort((a, b) => b.records - a.records)
      .slice(0, SHOWN_NAMES),
    isComplete: transactions.isComplete && events.isComplete,
  };
}
