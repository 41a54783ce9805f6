// Labels in bulk at a desk of one process: from the first byte sent to the answer, when all of them are durable.

import { makeFolder, smallest, startDesk } from '../test/desk-process.ts';
import { count, type Row } from './report.ts';

const TRANSACTIONS = 20_000;

export async function benchLabels(): Promise<Row[]> {
  const folder = makeFolder();
  const desk = await startDesk(folder.path, ['--no-simulator']);
  const post = async (
    path: string,
    type: string,
    lines: readonly string[],
  ): Promise<Record<string, number>> => {
    const answer = await fetch(desk.url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      body: lines.join('\n'),
    });
    return (await answer.json()) as Record<string, number>;
  };
  try {
    const ids = Array.from({ length: TRANSACTIONS }, (_, i) => `t${i}`);
    await post(
      '/v1/transactions',
      'application/x-ndjson',
      ids.map((id, i) => JSON.stringify(smallest(id, `a${i % 997}`))),
    );
    for (;;) {
      const story = await fetch(`${desk.url}/v1/transaction?id=${ids[TRANSACTIONS - 1]}`);
      if (story.ok) break;
      await new Promise((done) => setTimeout(done, 100));
    }
    const rows: Row[] = [];
    for (const [what, type, lines] of [
      [
        'lines of JSON',
        'application/x-ndjson',
        ids.map((transactionId, i) => JSON.stringify({ transactionId, fraud: i % 50 === 0 })),
      ],
      ['a CSV', 'text/csv', ['transactionId,fraud', ...ids.map((id, i) => `${id},${i % 50 === 1 ? 1 : 0}`)]],
    ] as const) {
      const started = performance.now();
      const { accepted } = await post('/v1/labels', type, lines);
      const seconds = (performance.now() - started) / 1000;
      if (accepted !== TRANSACTIONS) throw new Error(`${accepted} of ${TRANSACTIONS} labels were taken`);
      rows.push({
        what: `${count(TRANSACTIONS)} labels as ${what}`,
        figure: `${count(TRANSACTIONS / seconds)} a second`,
        goal: '≥ 2,000',
      });
    }
    return rows;
  } finally {
    await desk.stop();
    folder.remove();
  }
}
