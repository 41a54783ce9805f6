// What a database gives back is what was put in, byte for byte, whatever way a text goes in and out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kyselyOver } from '../../src/adapters/sql/kysely-session.ts';
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import { createSqlStore } from '../../src/adapters/sql/store.ts';
import { aDecision, START_MS } from './store.ts';

const LAST_CODE_POINT = 0x10ffff;
const AT_ONCE = 1 << 16;
const isSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;
const bytesOf = (texts: readonly unknown[]): Buffer => Buffer.from(texts.join('\n'), 'utf8');

/** The only characters that a text in PostgreSQL cannot hold are NUL and halves of surrogate pairs. */
const character = fc
  .oneof(
    fc.integer({ min: 1, max: LAST_CODE_POINT }),
    fc.constantFrom(
      0xfeff,
      0x0a,
      0x0d,
      0x09,
      0x22,
      0x5c,
      0x27,
      0x7b,
      0x2c,
      0x7f,
      0x85,
      0x2028,
      0xfffe,
      0xffff,
    ),
  )
  .filter((codePoint) => !isSurrogate(codePoint))
  .map((codePoint) => String.fromCodePoint(codePoint));
const anyText = fc.array(character, { minLength: 1, maxLength: 12 }).map((characters) => characters.join(''));

/** The schema is there. */
export function textContract(name: string, open: () => Promise<SqlSession>): void {
  test(`T9 texts: ${name}`, async (t) => {
    const session = await open();

    await t.test('T9 every character of Unicode, first and inside, comes back as it went in', async () => {
      for (let from = 1; from <= LAST_CODE_POINT; from += AT_ONCE) {
        const texts: string[] = [];
        for (let codePoint = from; codePoint < from + AT_ONCE && codePoint <= LAST_CODE_POINT; codePoint++) {
          if (isSurrogate(codePoint)) continue;
          const one = String.fromCodePoint(codePoint);
          texts.push(`${one}a${one}`);
        }
        if (texts.length === 0) continue;
        const expected = bytesOf(texts);
        const ways: [string, unknown][] = [
          ['select t as text from unnest($1::text[]) with ordinality as u(t, n) order by n', texts],
          [
            'select r.text from json_to_recordset($1) as r(n int, text text) order by n',
            JSON.stringify(texts.map((text, n) => ({ n, text }))),
          ],
        ];
        for (const [sql, parameter] of ways) {
          const rows = await session.query(sql, [parameter]);
          assert.ok(
            bytesOf(rows.map((row) => row.text)).equals(expected),
            `from U+${from.toString(16)}: ${sql}`,
          );
        }
      }
    });

    await t.test('T9 texts as parameters, in JSON and in arrays, alone and within rows', async () => {
      await session.query('create table texts (alone text, listed text[], document jsonb)', []);
      await fc.assert(
        fc.asyncProperty(anyText, fc.array(anyText, { maxLength: 3 }), async (alone, listed) => {
          await session.query('delete from texts', []);
          await session.query('insert into texts values ($1, $2, $3)', [
            alone,
            listed,
            JSON.stringify({ alone, listed }),
          ]);
          await session.query('insert into texts select * from json_populate_recordset(null::texts, $1)', [
            JSON.stringify([{ alone, listed, document: { alone, listed } }]),
          ]);
          const found = await session.query('select * from texts where alone = $1', [alone]);
          assert.equal(found.length, 2);
          for (const row of found) assert.deepEqual(row, { alone, listed, document: { alone, listed } });
        }),
        { numRuns: 200 },
      );
      await session.query('drop table texts', []);
    });

    await t.test(
      'T9 a decision is found by its id and reads back as it was, whatever its texts',
      async () => {
        const store = createSqlStore(session, kyselyOver(session));
        let offset = await store.committedOffset(0);
        await fc.assert(
          fc.asyncProperty(fc.array(anyText, { minLength: 8, maxLength: 8 }), async (texts) => {
            const [accountId, merchantId, merchantName, city, deviceId, counterpartyId, counterpartyName] =
              texts;
            const id = `${texts[7]}${offset}`;
            const item = aDecision(offset, 'decline', {
            id, accountId, merchant: { id: merchantId, name: merchantName }, city, deviceId, counterpartyId, counterpartyName,
            attributes: { 'customer.note': texts[0], score: 0.5, vip: false }, relatesTo: { transactionId: texts[1], kind: 'refund' },
          }); // biome-ignore format: short
            const labelled = [
            {
              offset: offset + 1,
              label: {
                transactionId: id, fraud: true, fraudType: texts[0], accountId, occurredAtMs: START_MS,
                source: 'analyst', labelledAtMs: START_MS,
              },
            },
          ] as const; // biome-ignore format: short
            const nextOffset = offset + 2;
            await store.commit({
              partition: 0,
              firstOffset: offset,
              nextOffset,
              decided: [item],
              labelled,
              observed: [],
              quarantined: [],
              results: [],
            });
            offset = nextOffset;
            assert.deepEqual([...(await store.findKnown([id])).keys()], [id]);
            const stored = await store.transaction(id);
            assert.deepEqual(stored?.transaction, item.transaction);
            assert.deepEqual(stored.decision, item.decision);
            assert.equal(stored.fraudType, texts[0]);
            const {
              items: [alert],
            } = await store.flagged({ accountId }, 1);
            assert.deepEqual(
              [alert.transactionId, alert.accountId, alert.merchantName],
              [id, accountId, merchantName],
            );
          }),
          { numRuns: 200 },
        );
      },
    );
    await session.close();
  });
}
