import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SparkLine, sparkLines } from './spark-lines.ts';

async function* of(pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece);
}
async function read(...pieces: string[]): Promise<SparkLine[]> {
  const lines: SparkLine[] = [];
  for await (const line of sparkLines(of(pieces))) lines.push(line);
  return lines;
}

test('lines of a Spark job end where a line ends, not at the separators of Unicode', async () => {
  assert.deepEqual(await read('progress read 1', ' 4\nnot\u2028a li\u2029ne\r\ndone 3\n'), [
    { kind: 'progress', step: 'read', done: 1, of: 4 },
    { kind: 'said', text: 'not\u2028a li\u2029ne' },
    { kind: 'done', badRows: 3 },
  ]);
});

test('a line of a Spark job that is too long is cut and told, and the next one is read', async () => {
  const [long, next] = await read('x'.repeat(100_000), `${'x'.repeat(100_000)}\n`, 'done 0\n');
  assert.ok(long.kind === 'said' && long.text.length < 66_000);
  assert.match(long.text, /cut here: the line is longer than 65536 bytes/);
  assert.deepEqual(next, { kind: 'done', badRows: 0 });
});
