// A million transactions through a desk's bulk intake: throughput end to end, and memory that stays flat.

import { createSimulator } from '../src/simulator/simulator.ts';
import { makeFolder, residentMegabytes, startDesk } from '../test/desk-process.ts';
import { count, type Row } from './report.ts';

const REQUESTS = 20;
const PER_REQUEST = 50_000;

export async function benchMillion(): Promise<Row[]> {
  const folder = makeFolder();
  try {
    const desk = await startDesk(folder.path, ['--no-simulator']);
    const simulator = createSimulator({
      seed: 9,
      rate: 1000,
      startMs: Date.now() - REQUESTS * PER_REQUEST,
      accounts: 50_000,
      idPrefix: 'million-',
    });
    const megabytes: number[] = [];
    const started = performance.now();
    for (let request = 0; request < REQUESTS; request++) {
      const answer = await fetch(`${desk.url}/v1/transactions`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines(simulator),
        duplex: 'half',
      });
      const { accepted } = (await answer.json()) as { accepted: number };
      if (accepted !== PER_REQUEST) throw new Error(`${accepted} of ${PER_REQUEST} were accepted`);
      megabytes.push(residentMegabytes(desk));
    }
    const seconds = (performance.now() - started) / 1000;
    await desk.stop();
    const total = REQUESTS * PER_REQUEST;
    return [
      {
        what: `${count(total)} transactions through POST /v1/transactions`,
        figure: `${count(total / seconds)}/s`,
        goal: '',
      },
      {
        what: 'resident memory of the desk after a quarter, a half and the whole million',
        figure: `${[0.25, 0.5, 1].map((share) => count(megabytes[REQUESTS * share - 1])).join(', ')} MB`,
        goal: '≤ 1.3 GB, flat',
      },
    ];
  } finally {
    folder.remove();
  }
}

function lines(simulator: ReturnType<typeof createSimulator>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      let text = '';
      for (let i = 0; i < 500; i++) {
        const { occurredAtMs, ...transaction } = simulator.next().transaction;
        text += `${JSON.stringify({ ...transaction, occurredAt: new Date(occurredAtMs).toISOString() })}\n`;
      }
      controller.enqueue(encoder.encode(text));
      sent += 500;
      if (sent >= PER_REQUEST) controller.close();
    },
  });
}
