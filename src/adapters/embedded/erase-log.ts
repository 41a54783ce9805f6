// A person erased in the log of an embedded desk: their records become what stays of them, in their places, so that histories that
// are built again know nothing of them either. Batches that name them are written anew, a few at a time.
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Eraser } from '../../domain/eraser.ts';
import { ACCOUNT_FIELD } from '../../domain/erasure.ts';
import type { Label } from '../../domain/label.ts';
import { mentionPattern, withoutMentions } from '../../domain/mention.ts';
import type { LogRecord } from '../../engine/records.ts';
import type { SqlSession } from '../sql/session.ts';

const BATCHES_AT_ONCE = 8;

export type LogErased = { readonly records: number; readonly next: number | undefined };

/** What a batch must hold to be looked at closely. */
function needlesOf({ person }: Eraser): (text: string) => boolean {
  const needles = person.map(({ value }) => JSON.stringify(value).slice(1, -1));
  const small = needles.filter((needle) => needle.includes('@')).map((needle) => needle.toLowerCase());
  return (text) =>
    needles.some((needle) => text.includes(needle)) ||
    (small.length > 0 && small.some((needle) => text.toLowerCase().includes(needle)));
}

/** Somebody else's record, in which the person is named: as a payee, or in a field of the bank's own. */
function withoutNames(record: LogRecord, { person, token }: Eraser): LogRecord {
  let text = JSON.stringify(record);
  for (const { field, value } of person) {
    const pattern = mentionPattern([value]);
    if (pattern !== undefined) text = withoutMentions(text, pattern, token(value));
    else if (field === ACCOUNT_FIELD)
      text = text.replaceAll(
        `"counterpartyId":${JSON.stringify(value)}`,
        `"counterpartyId":"${token(value)}"`,
      );
  }
  return JSON.parse(text) as LogRecord;
}

/** What the database has by now of the erased transactions that these labels are of: their merchants, by the transactions' ids. */
async function erasedAmong(
  session: SqlSession,
  labels: readonly Label[],
): Promise<ReadonlyMap<string, string | undefined>> {
  if (labels.length === 0) return new Map();
  const rows = await session.query(
    `select id, merchant_id from transactions where id = any($1::text[]) and account_id like 'erased-%'`,
    [labels.map(({ transactionId }) => transactionId)],
  );
  return new Map(
    rows.map((row) => [String(row.id), row.merchant_id === null ? undefined : String(row.merchant_id)]),
  );
}

function erasedRecord(
  record: LogRecord,
  eraser: Eraser,
  merchants: ReadonlyMap<string, string | undefined>,
): LogRecord {
  switch (record.kind) {
    case 'transaction':
      return eraser.isTheirs(record.transaction)
        ? { ...record, transaction: eraser.transaction(record.transaction) }
        : withoutNames(record, eraser);
    case 'event':
      return eraser.isTheirs(record.event)
        ? { ...record, event: eraser.event(record.event) }
        : withoutNames(record, eraser);
    case 'label': {
      const { label } = record;
      return eraser.isTheirs(label) || merchants.has(label.transactionId)
        ? { ...record, label: eraser.label(label, merchants.get(label.transactionId)) }
        : withoutNames(record, eraser);
    }
  }
}

/** Goes on behind a batch; gives how many records are others now, and where the next step goes on. */
export async function eraseInLog(
  session: SqlSession,
  eraser: Eraser,
  after: number,
  untilOffset: number,
): Promise<LogErased> {
  const rows = await session.query(
    `select base_offset, payload from log_batches where base_offset > $1 and base_offset < $2
     order by base_offset limit ${BATCHES_AT_ONCE}`,
    [after, untilOffset],
  );
  const names = needlesOf(eraser);
  const byFields = eraser.person.some(({ field }) => field !== ACCOUNT_FIELD);
  let erasedRecords = 0;
  for (const row of rows) {
    const base = Number(row.base_offset);
    const text = zstdDecompressSync(row.payload as Uint8Array).toString('utf8');
    const mayHoldLabels = byFields && text.includes('"kind":"label"');
    if (!mayHoldLabels && !names(text)) continue;
    const records = JSON.parse(text) as LogRecord[];
    const merchants = await erasedAmong(
      session,
      records.flatMap((record) => (record.kind === 'label' ? record.label : [])),
    );
    let changed = 0;
    const kept = records.map((record, i) => {
      if (base + i >= untilOffset) return record;
      const before = JSON.stringify(record);
      const erased = erasedRecord(record, eraser, merchants);
      if (JSON.stringify(erased) !== before) changed++;
      return erased;
    });
    if (changed === 0) continue;
    await session.query('update log_batches set payload = $2 where base_offset = $1', [
      base,
      zstdCompressSync(JSON.stringify(kept)),
    ]);
    erasedRecords += changed;
  }
  const last = rows[rows.length - 1];
  return { records: erasedRecords, next: last && Number(last.base_offset) };
}
