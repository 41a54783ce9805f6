// Steps of an erasure: what a step changes, how far it came, and the records of a person, a few at a time.
import type { Eraser } from '../../domain/eraser.ts';
import { ACCOUNT_FIELD, type ErasureKind } from '../../domain/erasure.ts';
import type { FoundOfPerson } from '../../ports/office/erasures.ts';
import type { Row, SqlSession, Statement } from './session.ts';

export type StepTaken = {
  readonly statements: readonly Statement[];
  /** Where the next one goes on; undefined at the end of the step. */
  readonly place: string | undefined;
  readonly found?: FoundOfPerson;
};

/** Adds what a statement of this name changed to what is counted; $1 is the erasure. */
export const counting = (kind: ErasureKind, changed: string): string =>
  `update erasures set counts = jsonb_set(counts, '{${kind}}',
     to_jsonb(coalesce((counts ->> '${kind}')::bigint, 0) + (select count(*) from ${changed}))) where id = $1`;

/** Records that one statement gives, and rows that one looks at where no index finds them. */
const RECORDS_AT_ONCE = 200;
const LOOKED_AT_ONCE = 1000;

/** A place among the records of a person: of which name they are, and behind which number. */
export type RecordsPlace = { readonly name: number; readonly after: number };

export const FIRST_RECORDS: RecordsPlace = { name: 0, after: -1 };

export type PersonRecords = { readonly rows: readonly Row[]; readonly next: RecordsPlace | undefined };

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/**
 * The next records that may be the person's: by each account, which an index finds, then those whose text names one of the other
 * fields. What `text` holds is looked at closely by whoever asks.
 */
export async function nextRecords(
  session: SqlSession,
  { table, columns, text }: { readonly table: string; readonly columns: string; readonly text: string },
  { person }: Pick<Eraser, 'person'>,
  untilSeq: number,
  { name, after }: RecordsPlace,
): Promise<PersonRecords> {
  const accounts = person.filter(({ field }) => field === ACCOUNT_FIELD);
  const onwards = (): RecordsPlace => ({ name: name + 1, after: -1 });
  const account = accounts[name];
  if (account) {
    const rows = await session.query(
      `select ${columns} from ${table} where account_id = $1 and seq > $2 and seq < $3
       order by seq limit ${RECORDS_AT_ONCE}`,
      [account.value, after, untilSeq],
    );
    const isLast = rows.length < RECORDS_AT_ONCE;
    return { rows, next: isLast ? onwards() : { name, after: Number(rows[rows.length - 1].seq) } };
  }
  const fields = person.filter(({ field }) => field !== ACCOUNT_FIELD);
  if (fields.length === 0 || name > accounts.length) return { rows: [], next: undefined };
  const looked = `select * from ${table} where seq > $1 and seq < $2 order by seq limit ${LOOKED_AT_ONCE}`;
  const rows = await session.query(
    `select ${columns} from (${looked}) looked where ${text} ilike any($3::text[]) order by seq`,
    [after, untilSeq, fields.map(({ value }) => `%${escaped(JSON.stringify(value).slice(1, -1))}%`)],
  );
  const [edge] = await session.query(`select max(seq) as seq from (${looked}) looked`, [after, untilSeq]);
  return { rows, next: edge.seq === null ? undefined : { name, after: Number(edge.seq) } };
}
