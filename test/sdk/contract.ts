// What every client of the API has to do, said once; the same steps are in contract.py. Prints what came out as JSON.
import { ApiProblem, connect, sendTransactions, verifyWebhook } from '../../sdk/typescript/dist/index.js';

const [url, busyUrl, secret, id, timestamp, signature, body] = process.argv.slice(2);
const desk = connect({ url });

const payment = (name: string, more: object = {}) => ({
  id: name,
  accountId: '../acc/1',
  occurredAt: '2026-11-01T10:00:00Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase' as const,
  ...more,
});

async function problemOf(work: Promise<unknown>): Promise<object> {
  try {
    await work;
    return { none: true };
  } catch (error) {
    if (error instanceof ApiProblem)
      return { status: error.status, pointers: error.problems.map(({ pointer }) => pointer) };
    return { error: (error as Error).message };
  }
}

const name = `../sdk-${process.argv[9] ?? 'ts'}`;
const decision = await desk.decide({ body: payment(name) });
const again = await desk.decide({ body: payment(name) });
const story = await desk.getTransaction({ params: { id: name } });
function* many(): Generator<ReturnType<typeof payment>> {
  for (let i = 0; i < 2500; i++)
    yield payment(`${name}-${i}`, i === 1700 ? { currency: 'XXX' } : { accountId: `many-${i % 50}` });
}
const taken: { accepted: number; rejected: number; errors: number[] }[] = [];
for await (const { accepted, rejected, errors } of sendTransactions(desk, many()))
  taken.push({ accepted, rejected, errors: errors.map(({ index }) => index) });
const labelled = await desk.addLabels({
  body: JSON.stringify([{ transactionId: name, fraud: true }]),
  type: 'application/json',
});
const event = { id: name, kind: 'login', occurredAt: '2026-11-01T09:59:00Z', accountId: '../acc/1' };
const observed = await desk.addEvents({ body: JSON.stringify(event), type: 'application/json' });
const { items } = await desk.listTransactions({ query: { accountId: '../acc/1', limit: 5 } });
const busy = connect({ url: busyUrl });
const afterBusy = await busy.decide({ body: payment('busy') });
const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
console.log(
  JSON.stringify({
    decided: decision.transactionId === name,
    same: JSON.stringify(again) === JSON.stringify(decision),
    story: story.transaction.id === name,
    conflict: await problemOf(desk.decide({ body: payment(name, { amountMinor: 1 }) })),
    invalid: await problemOf(desk.decide({ body: payment('x', { amountMinor: -1 }) })),
    missing: await problemOf(desk.getAlert({ params: { id: 999_999 } })),
    away: await problemOf(connect({ url: 'http://127.0.0.1:9', tries: 1 }).getLiveness()),
    taken,
    labelled: 'accepted' in labelled && labelled.accepted,
    observed: observed.accepted + observed.repeated,
    found: items.some((row) => row.id === name),
    afterBusy: afterBusy.transactionId,
    webhook: await problemOf(verifyWebhook(secret, headers, body)),
    forged: await problemOf(verifyWebhook(secret, headers, `${body} `)),
    old: await problemOf(verifyWebhook(secret, { ...headers, 'webhook-timestamp': '1' }, body)),
  }),
);
