// A person's dead letters. What was refused goes whole; what had been accepted is what is left of its record.
import {
  type CustomerEventJson,
  customerEventFromJson,
  customerEventToJson,
} from '../../domain/customer-event.ts';
import type { Eraser } from '../../domain/eraser.ts';
import { ERASED_TEXT } from '../../domain/erasure.ts';
import { type LabelJson, labelFromJson, labelToJson } from '../../domain/label.ts';
import { mentionPattern, withoutMentions } from '../../domain/mention.ts';
import { type TransactionJson, transactionFromJson, transactionToJson } from '../../domain/transaction.ts';
import type { ErasureInHand } from '../../ports/office/erasures.ts';
import { counting, type StepTaken } from './erasure-step.ts';
import type { Row, SqlSession } from './session.ts';

/** Letters may be large. */
const LETTERS_AT_ONCE = 100;
const NEVER = '(?!)';

export const LETTERS_OF = `(account_id = any($2::text[]) or raw ~ $3 or mended ~ $3 or decided ~ $3 or problems ~ $3)`;

/** What finds a person's letters. */
export const lettersAskedBy = ({ person }: Pick<Eraser, 'person'>) => {
  const values = person.map(({ value }) => value);
  return [values, mentionPattern(values) ?? NEVER] as const;
};

/** Of a record that had been accepted: erased where it is theirs, else without their names. Undefined where it is no record. */
function erasedRecord(kind: unknown, raw: string, eraser: Eraser): string | undefined {
  try {
    const json: unknown = JSON.parse(raw);
    if (kind === 'transaction') {
      const transaction = transactionFromJson(json as TransactionJson);
      if (eraser.isTheirs(transaction))
        return JSON.stringify(transactionToJson(eraser.transaction(transaction)));
    } else if (kind === 'event') {
      const event = customerEventFromJson(json as CustomerEventJson);
      if (eraser.isTheirs(event)) return JSON.stringify(customerEventToJson(eraser.event(event)));
    } else if (kind === 'label') {
      const label = labelFromJson(json as LabelJson);
      if (eraser.isTheirs(label)) return JSON.stringify(labelToJson(eraser.label(label, undefined)));
    } else return undefined;
    return namesErased(raw, eraser);
  } catch {
    // What was cut, or is none of these, is no record.
    return undefined;
  }
}

function namesErased(text: string, eraser: Eraser): string {
  let erased = text;
  for (const { value } of eraser.person) {
    const pattern = mentionPattern([value]);
    if (pattern !== undefined) erased = withoutMentions(erased, pattern, eraser.token(value));
  }
  return erased;
}

const NO_PROBLEMS = JSON.stringify([{ pointer: '', message: ERASED_TEXT }]);

function erasedLetter(row: Row, eraser: Eraser) {
  const account = row.account_id === null ? undefined : String(row.account_id);
  const isTheirs = account !== undefined && eraser.isTheirs({ accountId: account });
  const raw = row.step === null ? undefined : erasedRecord(row.record_kind, String(row.raw), eraser);
  return {
    id: Number(row.id),
    raw: raw ?? ERASED_TEXT,
    problems: row.step === null ? NO_PROBLEMS : namesErased(String(row.problems), eraser),
    account_id: isTheirs && account !== undefined ? eraser.token(account) : account,
  };
}

export async function eraseLetters(
  session: SqlSession,
  { id }: ErasureInHand,
  eraser: Eraser,
  place: string | undefined,
): Promise<StepTaken> {
  const looked = `select * from dead_letters where id > $1 order by id limit ${LETTERS_AT_ONCE}`;
  const after = Number(place ?? 0);
  const rows = await session.query(
    `select id, step, record_kind, account_id, raw, problems from (${looked}) looked
     where ${LETTERS_OF} and not (step is not null and state in ('open', 'retrying'))`,
    [after, ...lettersAskedBy(eraser)],
  );
  const [edge] = await session.query(`select max(id) as id from (${looked}) looked`, [after]);
  const next = edge.id === null ? undefined : String(edge.id);
  if (rows.length === 0) return { statements: [], place: next };
  return {
    statements: [
      {
        sql: `with changed as (
            update dead_letters d set raw = e.raw, problems = e.problems, account_id = e.account_id, mended = null,
              decided = null
            from json_to_recordset($2::json) as e(id bigint, raw text, problems text, account_id text)
            where d.id = e.id returning d.id)
          ${counting('deadLetters', 'changed')}`,
        parameters: [id, JSON.stringify(rows.map((row) => erasedLetter(row, eraser)))],
      },
    ],
    place: next,
  };
}
