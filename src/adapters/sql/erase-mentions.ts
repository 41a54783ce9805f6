// Where anything else in the database names a person: every text of every table, whatever table comes with a later version. What is
// found is replaced by the token, a stretch of pages at a time.

import type { Eraser } from '../../domain/eraser.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { mentionPattern } from '../../domain/mention.ts';
import type { ErasureInHand } from '../../ports/office/erasures.ts';
import { counting, type StepTaken } from './erasure-step.ts';
import type { Row, SqlSession } from './session.ts';

/** Bytes that one statement looks through: decisions wait for it, where there is one thread. */
const BYTES_AT_ONCE = 2 << 20;

/** Stands for a device or an address. */
const ERASED_THING = 'erased';

/** What has its own way of being erased, and what names nobody but colleagues and published lists. */
const LEFT_OUT = [
  'audit_log', 'audit_head', 'erasures', 'catalogue_versions', 'models', 'users', 'sessions', 'one_time_links', 'api_keys', 'known_devices',
  'sign_in_tries', 'desk_secrets', 'settings', 'exchange_rates', 'sanctions_names', 'sanctions_sources', 'kysely_migration',
  'kysely_migration_lock', 'log_batches', 'past_values',
] as const; // biome-ignore format: a list

/** Tables of records: those that came in later are of whoever comes later, and those of others keep their devices and addresses. */
const RECORDS = /^(?:transactions|events|fraud_alerts|labels)/;

/** What is not touched of a table: what came in since, and what somebody answers for while it is in use. */
function untouched(table: string, { untilSeq, askedAtMs }: ErasureInHand): string {
  if (RECORDS.test(table)) return `seq >= ${untilSeq}`;
  switch (table) {
    case 'alerts':
      return "status = 'open'";
    case 'dead_letters':
      return "step is not null and state in ('open', 'retrying')";
    case 'list_entries':
      return 'not removed';
    case 'rules':
      return "state in ('live', 'shadow')";
    case 'deliveries':
      return `created_at > '${isoTime(askedAtMs)}'`;
    default:
      return 'false';
  }
}

type Table = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly pages: number;
  readonly pagesAtOnce: number;
};

async function tablesOf(session: SqlSession): Promise<readonly Table[]> {
  const rows: Row[] = await session.query(
    `select c.relname as name, json_agg(a.attname order by a.attnum) as columns, pg_relation_size(c.oid) as bytes,
       pg_table_size(c.oid) as bytes_in_all, current_setting('block_size')::int as page
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> all($1::text[])
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid = 'text'::regtype
     group by c.oid, c.relname order by c.relname`,
    [LEFT_OUT],
  );
  return rows.map((row) => {
    const pages = Math.ceil(Number(row.bytes) / Number(row.page));
    const bytesOfPage = pages === 0 ? 1 : Number(row.bytes_in_all) / pages;
    return {
      name: String(row.name),
      columns: row.columns as string[],
      pages,
      pagesAtOnce: Math.max(1, Math.floor(BYTES_AT_ONCE / bytesOfPage)),
    };
  });
}

type MentionPlace = { readonly table: string; readonly page: number };

/** What is looked for, and what stands there afterwards. */
type Replacement = { readonly pattern: string; readonly instead: string };

/** Devices and addresses that nobody else has used: a person's as much as their names. */
async function ofNobodyElse(
  session: SqlSession,
  column: string,
  values: readonly string[],
): Promise<string[]> {
  if (values.length === 0) return [];
  const rows = await session.query(
    `select v from unnest($1::text[]) as v where not exists (select 1 from transactions t where t.${column} = v)`,
    [values],
  );
  return rows.map((row) => String(row.v));
}

export async function valuesOfNobodyElse(
  session: SqlSession,
  { found }: Pick<ErasureInHand, 'found'>,
): Promise<{ readonly devices: readonly string[]; readonly addresses: readonly string[] }> {
  return {
    devices: await ofNobodyElse(session, 'device_id', found.devices),
    addresses: await ofNobodyElse(session, 'ip', found.addresses),
  };
}

async function replacements(
  session: SqlSession,
  inHand: ErasureInHand,
  { person, token }: Eraser,
  table: string,
): Promise<readonly Replacement[]> {
  const names = person.flatMap(({ value }): Replacement[] => {
    const pattern = mentionPattern([value]);
    return pattern === undefined ? [] : [{ pattern, instead: token(value) }];
  });
  if (RECORDS.test(table)) return names;
  const { devices, addresses } = await valuesOfNobodyElse(session, inHand);
  const others = mentionPattern([...devices, ...addresses]);
  return others === undefined ? names : [...names, { pattern: others, instead: ERASED_THING }];
}

const named = (column: string): string => `"${column}"`;

export async function eraseMentions(
  session: SqlSession,
  inHand: ErasureInHand,
  eraser: Eraser,
  place: string | undefined,
): Promise<StepTaken> {
  const tables = await tablesOf(session);
  const at = place === undefined ? undefined : (JSON.parse(place) as MentionPlace);
  const table = tables.find(({ name }) => at === undefined || name >= at.table);
  if (!table) return { statements: [], place: undefined };
  const from = at?.table === table.name ? at.page : 0;
  const until = from + table.pagesAtOnce;
  const isLast = until >= table.pages;
  const following = isLast ? tables[tables.indexOf(table) + 1]?.name : table.name;
  const next: MentionPlace | undefined =
    following === undefined ? undefined : { table: following, page: isLast ? 0 : until };
  const asked = table.pages === 0 ? [] : await replacements(session, inHand, eraser, table.name);
  const taken = { place: next && JSON.stringify(next) };
  if (asked.length === 0) return { ...taken, statements: [] };
  const any = asked.map((_, i) => `${2 + 2 * i}`);
  const sets = table.columns.map((column) => {
    const erased = any.reduce(
      (inner, i) => `regexp_replace(${inner}, $${i}, $${Number(i) + 1}, 'g')`,
      named(column),
    );
    return `${named(column)} = ${erased}`;
  });
  const fits = table.columns.flatMap((column) => any.map((i) => `${named(column)} ~ $${i}`));
  return {
    ...taken,
    statements: [
      {
        sql: `with changed as (
            update ${named(table.name)} set ${sets.join(', ')}
            where ctid >= '(${from},0)'::tid and ctid < '(${isLast ? 4_294_967_294 : until},0)'::tid
              and not (${untouched(table.name, inHand)}) and (${fits.join(' or ')}) returning 1)
          ${counting('mentions', 'changed')}`,
        parameters: [inHand.id, ...asked.flatMap(({ pattern, instead }) => [pattern, instead])],
      },
    ],
  };
}
