// Looking through many rows in short steps: no statement of a reader takes longer than a few milliseconds, however many rows
// there are and however few fit, so that statements of decisions pass between two steps.
import type { Row, SqlSession } from './session.ts';

/** Rows that one statement looks at. */
export const STEP_ROWS = 1000;
/** Rows that one statement gives: to read a wide one takes longer than to look at it. */
const ROWS_AT_ONCE = 100;

/** Writes a part of a statement; `$` takes a value and gives its place in the statement. */
export type Condition = ($: (value: unknown) => string) => string;

export type Walk = {
  readonly table: string | Condition;
  readonly columns: string;
  /** What rows are in the order of, with their types; an index has them, after the columns of `among`. */
  readonly keys: readonly (readonly [column: string, type: string])[];
  readonly down: boolean;
  /** Only rows that an index finds by this are looked at. */
  readonly among: readonly Condition[];
  /** Of what is looked at, what fits. */
  readonly filters: readonly Condition[];
  /** Rows that one statement gives, where they are narrow. */
  readonly atOnce?: number;
};

/** A row's keys, as texts. */
export type Place = readonly unknown[];

export type Step = {
  readonly rows: Row[];
  /** How many rows were looked at, at least. */
  readonly looked: number;
  /** How far this has come; undefined at the end. */
  readonly place: Place | undefined;
};

function statement(write: Condition): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const sql = write((value) => {
    parameters.push(value);
    return `$${parameters.length}`;
  });
  return { sql, parameters };
}

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;

/** Looks at the next rows after a place. */
export async function takeStep(
  session: SqlSession,
  { table, columns, keys, down, among, filters, atOnce = ROWS_AT_ONCE }: Walk,
  after: Place | undefined,
  limit: number,
): Promise<Step> {
  const names = keys.map(([name]) => name);
  const order = names.map((name) => `${name} ${down ? 'desc' : 'asc'}`).join(', ');
  const texts = names.map((name, i) => `${name}::text as place_${i}`).join(', ');
  const against = ($: (value: unknown) => string, sign: string, place: Place): string =>
    `(${names.join(', ')}) ${sign} (${keys.map(([, type], i) => `${$(place[i])}::${type}`).join(', ')})`;
  const beyond = ($: (value: unknown) => string): string[] => [
    ...among.map((condition) => condition($)),
    ...(after ? [against($, down ? '<' : '>', after)] : []),
  ];
  const from = ($: (value: unknown) => string): string => (typeof table === 'string' ? table : table($));
  const placeOf = (row: Row): Place => names.map((_, i) => row[`place_${i}`]);

  const most = Math.min(limit, atOnce);
  // The inner select is what an index gives, whatever the planner makes of the filters.
  const within = filters.length === 0 ? most : STEP_ROWS;
  const found = statement(
    ($) => `select ${columns}, ${texts} from (
        select * from ${from($)} ${where(beyond($))} order by ${order} limit ${within}) looked
      ${where(filters.map((condition) => condition($)))} order by ${order} limit ${most}`,
  );
  const rows = await session.query(found.sql, found.parameters);
  if (rows.length === most) return { rows, looked: most, place: placeOf(rows[most - 1]) };
  if (filters.length === 0) return { rows, looked: rows.length, place: undefined };
  const edge = statement(
    ($) =>
      `select ${texts} from ${from($)} ${where(beyond($))} order by ${order} offset ${STEP_ROWS - 1} limit 1`,
  );
  const [last] = await session.query(edge.sql, edge.parameters);
  return { rows, looked: STEP_ROWS, place: last && placeOf(last) };
}

/** What somebody who waits is shown of: more rows or more time are for the next page. */
export type Bound = { readonly rows: number; readonly ms: number };
export const A_PAGE: Bound = { rows: 200_000, ms: 2000 };

export type Walked = {
  readonly rows: Row[];
  /** Where the next page goes on; undefined when all was looked at. */
  readonly place: Place | undefined;
  readonly looked: number;
};

/**
 * Walks until so many rows are found, all are looked at, or the bound is met. `isOver` ends it before, by the last place
 * that was looked at.
 */
export async function walk(
  session: SqlSession,
  asked: Walk,
  from: Place | undefined,
  limit: number,
  bound?: Bound,
  isOver: (place: Place) => boolean = () => false,
): Promise<Walked> {
  const started = performance.now();
  const rows: Row[] = [];
  let place = from;
  let looked = 0;
  for (;;) {
    const step = await takeStep(session, asked, place, limit - rows.length);
    for (const row of step.rows) rows.push(row);
    looked += step.looked;
    place = step.place;
    if (place === undefined || isOver(place)) return { rows, place: undefined, looked };
    if (rows.length >= limit) return { rows, place, looked };
    if (bound && (looked >= bound.rows || performance.now() - started >= bound.ms))
      return { rows, place, looked };
  }
}

/** Edges of stretches that hold so many of the newest rows each, by a key of the table: [from, before). */
export async function* stretches(
  session: SqlSession,
  table: string,
  key: string,
  newest: number,
  rows = STEP_ROWS,
): AsyncGenerator<{ readonly from: number; readonly before: number | null }> {
  let before: number | null = null;
  for (let left = newest; left > 0; left -= rows) {
    const size = Math.min(rows, left);
    const [edge]: Row[] = await session.query(
      `select ${key} as key from ${table} where $1::bigint is null or ${key} < $1 order by ${key} desc offset $2 limit 1`,
      [before, size - 1],
    );
    yield { from: edge ? Number(edge.key) : 0, before };
    if (!edge) return;
    before = Number(edge.key);
  }
}
