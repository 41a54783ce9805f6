// A desk in which every field that names somebody holds a canary, by the same routes that people use.
import assert from 'node:assert/strict';
import { type Caller, caller } from '../people.ts';
import { CANARY } from './canaries.ts';

/** What there is to ask for, by what the paths of the API call it. */
export type Planted = {
  readonly transactions: readonly string[];
  readonly alert: number;
  readonly closedAlert: number;
  readonly case: number;
  readonly task: number;
  readonly attachment: number;
  readonly deadLetters: readonly number[];
  readonly backtest: string;
  readonly model: string;
};

const LISTED = 'watched-payees';
export const RULE = 'planted-rule';
export const SOURCE = 'planted source';
export const LIST = LISTED;

/** The transaction of a kind, with a canary wherever it can hold one. */
export function plantedTransaction(id: string, type: 'purchase' | 'transfer' | 'withdrawal' | 'payment') {
  return {
    id,
    accountId: CANARY.account,
    occurredAt: new Date().toISOString(),
    amountMinor: 123_400,
    currency: 'EUR',
    type,
    channel: type === 'purchase' ? 'ecommerce' : 'online_banking',
    merchant:
      type === 'purchase'
        ? { id: 'corner-shop', name: 'Corner Shop', mcc: '5411' }
        : { id: CANARY.merchantOfTransfer, name: CANARY.merchantNameOfTransfer, mcc: '6012' },
    country: 'DE',
    city: CANARY.city,
    location: { lat: Number(CANARY.lat), lon: Number(CANARY.lon) },
    deviceId: CANARY.device,
    ip: CANARY.ip,
    counterpartyId: CANARY.payee,
    counterpartyName: CANARY.payeeName,
  };
}

/** The condition holds for every planted transaction and names a canary of its own. */
const EXPRESSION =
  `transaction.accountId != "${CANARY.ruleExpression}" && transaction.counterpartyName != "" && ` +
  `transaction.deviceId != "" && transaction.ip != "" && transaction.city != "" && transaction.merchant.name != ""`;

export async function plant(url: string, model: string): Promise<Planted> {
  const anybody: Caller = caller({ url });
  const ask = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await anybody(method, path, body, headers);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const send = async (path: string, body: string, type: string): Promise<void> => {
    const answer = await fetch(url + path, { method: 'POST', body, headers: { 'content-type': type } });
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${await answer.text()}`);
  };

  await ask('POST', '/v1/rules', {
    id: RULE,
    expression: EXPRESSION,
    action: 'review',
    text: CANARY.ruleText,
    priority: 1,
  });
  await ask('POST', `/v1/rules/${RULE}/1/state`, { state: 'live', note: CANARY.moveNote });
  await ask('POST', '/v1/lists', { name: LISTED, kind: 'text', purpose: 'watch', note: CANARY.listNote });
  await ask('POST', `/v1/lists/${LISTED}/entries`, {
    entries: [{ value: CANARY.listValue, note: CANARY.entryNote }],
  });
  // It is no address: what is told of the line quotes it.
  await send('/v1/lists/blocked-addresses/import', CANARY.listValue, 'text/csv');
  await ask('POST', '/v1/sanctions/screen', { name: CANARY.screenedName });
  // One that waits for a second person.
  await ask('PUT', '/v1/settings', { fourEyesRules: true });
  await ask('POST', '/v1/lists/trusted-accounts/entries', {
    entries: [{ value: CANARY.listValue, note: CANARY.entryNote }],
  });
  await ask('PUT', '/v1/settings', { fourEyesRules: false });
  const transactions: string[] = [];
  for (const type of ['purchase', 'withdrawal', 'payment', 'transfer'] as const) {
    const id = `planted-${type}`;
    const decision = await ask('POST', '/v1/decisions', plantedTransaction(id, type));
    assert.notEqual(decision.outcome, 'approve', 'the rule holds');
    transactions.push(id);
  }
  const [first] = (await ask('GET', '/v1/queue')).items as { id: number; version: number }[];
  await ask('POST', `/v1/queue/${first.id}/notes`, { text: `He said ${CANARY.note}` });
  await send(
    `/v1/queue/${first.id}/attachments?name=${CANARY.fileName}.txt`,
    CANARY.fileContent,
    `text/x-${CANARY.fileType}`,
  );
  await ask('POST', '/v1/queue/actions', {
    action: 'verdict',
    alerts: [{ id: first.id, version: first.version, transactions: transactions.length }],
    verdict: 'fraud',
    fraudType: CANARY.fraudType,
    note: CANARY.note,
  });
  await ask('POST', '/v1/labels', {
    transactionId: transactions[0],
    fraud: true,
    fraudType: CANARY.fraudType,
    source: 'chargeback',
  });
  // The closed alert stays; what comes now opens another, so that each has an earlier one.
  await ask('POST', '/v1/decisions', plantedTransaction('planted-later', 'transfer'));
  transactions.push('planted-later');
  const [second] = (await ask('GET', '/v1/queue')).items as { id: number }[];
  const opened = await ask('POST', '/v1/cases', {
    title: CANARY.caseTitle,
    alerts: [first.id, second.id],
  });
  const number = Number(opened.id);
  await ask('POST', `/v1/cases/${number}/notes`, { text: CANARY.caseNote });
  await ask('POST', `/v1/cases/${number}/tasks`, { text: CANARY.caseTask });
  await ask('POST', `/v1/cases/${number}/actions`, {
    version: ((await ask('GET', `/v1/cases/${number}`)).case as { version: number }).version,
    action: 'edit',
    narrative: CANARY.narrative,
  });
  await ask('GET', `/v1/accounts/${CANARY.account}/links`);
  await ask('POST', `/v1/models/${model}/state`, { state: 'champion', who: 'ada', note: CANARY.modelNote });
  // What could not be used: an unknown field, a value that a problem quotes, and what is no JSON at all.
  const refused = await fetch(`${url}/v1/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: [
      JSON.stringify({ ...plantedTransaction('dead-1', 'transfer'), [CANARY.deadRecord]: CANARY.deadRecord }),
      JSON.stringify({ ...plantedTransaction('dead-2', 'transfer'), currency: CANARY.deadRecord }),
      `${CANARY.brokenRecord} {`,
    ].join('\n'),
  });
  assert.equal(refused.status, 422);
  const { tasks } = (await ask('GET', `/v1/cases/${number}`)) as { tasks: { id: number }[] };
  const { attachments } = (await ask('GET', `/v1/queue/${first.id}`)) as { attachments: { id: number }[] };
  const { items } = (await ask('GET', '/v1/dead-letters')) as { items: { id: number }[] };
  assert.equal(items.length, 3);
  const backtest = await ask('POST', '/v1/rules/backtest', { expression: EXPRESSION, maxRows: 100 });
  await fetch(`${url}/v1/sanctions/${encodeURIComponent(SOURCE)}`, {
    method: 'PUT',
    body: 'uid,name\n1,Somebody Sanctioned\n',
    headers: { 'content-type': 'text/csv' },
  });
  return {
    transactions,
    alert: second.id,
    closedAlert: first.id,
    case: number,
    task: tasks[0].id,
    attachment: attachments[0].id,
    deadLetters: items.map(({ id }) => id),
    backtest: String(backtest.id),
    model,
  };
}
