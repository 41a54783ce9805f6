// A desk in which every field that names somebody holds a canary, by the same routes that people use.
import assert from 'node:assert/strict';
import type { Arguments } from '../../src/client/api.ts';
import type { Client } from '../../src/client/client.ts';
import type { CatalogueDocument } from '../../src/protocol/catalogue-document.ts';
import { clientOf } from '../people.ts';
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

export const RULE = 'planted-rule';
export const SOURCE = 'planted source';
export const LIST = 'watched-payees';

export const SMALL_CATALOGUE: CatalogueDocument = { format: 'goshawk-catalogue-1', standard: 'all' };
const OWN_FEATURE = {
  name: 'planted_count_1h',
  kind: 'aggregate',
  unit: 'payments',
  missing: 'never missing',
  sentence: `{value} payments in an hour ${CANARY.featureSentence}`,
  entity: 'account',
  measure: 'count',
  window: '1h',
} as const;

/** The transaction of a kind, with a canary wherever it can hold one. */
export function plantedTransaction(
  id: string,
  type: 'purchase' | 'transfer' | 'withdrawal' | 'payment',
): Arguments<'decide'>['body'] {
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
    attributes: { customer: { nickname: CANARY.ownField } },
  };
}

/** The condition holds for every planted transaction and names a canary of its own. */
const EXPRESSION =
  `transaction.accountId != "${CANARY.ruleExpression}" && transaction.counterpartyName != "" && ` +
  `transaction.deviceId != "" && transaction.ip != "" && transaction.city != "" && transaction.merchant.name != ""`;

async function plantEvents(client: Client): Promise<void> {
  const event = {
    id: 'planted-event',
    kind: 'login',
    occurredAt: new Date().toISOString(),
    accountId: CANARY.account,
    deviceId: CANARY.device,
    ip: CANARY.ip,
    counterpartyId: CANARY.payee,
    attributes: { customer: CANARY.attribute },
  };
  await client.call('addEvents', { body: JSON.stringify(event), type: 'application/json' });
}

export async function plant(url: string, model: string): Promise<Planted> {
  const client = clientOf({ url });
  await plantRulesAndLists(client);
  const transactions: string[] = [];
  for (const type of ['purchase', 'withdrawal', 'payment', 'transfer'] as const) {
    const id = `planted-${type}`;
    const decision = await client.call('decide', { body: plantedTransaction(id, type) });
    assert.notEqual(decision.outcome, 'approve', 'the rule holds');
    transactions.push(id);
  }
  const closedAlert = await plantClosedAlert(url, client, transactions);
  // The closed alert stays; what comes now opens another, so that each has an earlier one.
  await client.call('decide', { body: plantedTransaction('planted-later', 'transfer') });
  transactions.push('planted-later');
  const [{ id: alert }] = (await client.call('listAlerts')).items;
  const number = await plantCase(client, [closedAlert, alert]);
  await client.call('getAccountLinks', { params: { id: CANARY.account } });
  await client.call('moveModel', {
    params: { version: model },
    body: { state: 'champion', who: 'ada', note: CANARY.modelNote },
  });
  await plantEvents(client);
  const deadLetters = await plantDeadLetters(url, client);
  const { tasks } = await client.call('getCase', { params: { id: number } });
  const { attachments } = await client.call('getAlert', { params: { id: closedAlert } });
  const backtest = await client.call('startBacktest', { body: { expression: EXPRESSION, maxRows: 100 } });
  await client.call('importSanctionsList', {
    params: { name: SOURCE },
    body: 'uid,name\n1,Somebody Sanctioned\n',
    type: 'text/csv',
  });
  return {
    transactions,
    alert,
    closedAlert,
    case: number,
    task: tasks[0].id,
    attachment: attachments[0].id,
    deadLetters,
    backtest: String(backtest.id),
    model,
  };
}

/** A catalogue whose texts hold canaries, in service. */
async function plantCatalogue(client: Client): Promise<void> {
  const { version } = await client.call('writeCatalogueDraft', {
    body: {
      document: {
        ...SMALL_CATALOGUE,
        features: [
          {
            ...OWN_FEATURE,
            description: CANARY.featureText,
            where: `transaction.accountId != "${CANARY.featureCondition}"`,
          },
        ],
      },
      seen: null,
      note: CANARY.catalogueNote,
    },
  });
  await client.call('moveCatalogue', { body: { version, state: 'live', note: CANARY.catalogueNote } });
}

async function plantRulesAndLists(client: Client): Promise<void> {
  await plantCatalogue(client);
  await client.call('fileRule', {
    body: { id: RULE, expression: EXPRESSION, action: 'review', text: CANARY.ruleText, priority: 1 },
  });
  await client.call('moveRule', {
    params: { id: RULE, version: 1 },
    body: { state: 'live', note: CANARY.moveNote },
  });
  await client.call('makeList', {
    body: { name: LIST, kind: 'text', purpose: 'watch', note: CANARY.listNote },
  });
  const entries = [{ value: CANARY.listValue, note: CANARY.entryNote }];
  await client.call('putEntries', { params: { name: LIST }, body: { entries } });
  // It is no address: what is told of the line quotes it.
  await client.call('importEntries', {
    params: { name: 'blocked-addresses' },
    body: CANARY.listValue,
    type: 'text/csv',
  });
  await client.call('screenName', { body: { name: CANARY.screenedName } });
  // One that waits for a second person.
  await client.call('changeSettings', { body: { fourEyesRules: true } });
  await client.call('putEntries', { params: { name: 'trusted-accounts' }, body: { entries } });
  await client.call('changeSettings', { body: { fourEyesRules: false } });
}

/** The alert of what was decided, with all that is said of it, and closed; its number. */
async function plantClosedAlert(
  url: string,
  client: Client,
  transactions: readonly string[],
): Promise<number> {
  const [{ id, version }] = (await client.call('listAlerts')).items;
  await client.call('addNoteToAlert', { params: { id }, body: { text: `He said ${CANARY.note}` } });
  // Of a kind that names somebody, too, which no operation knows.
  const attached = await fetch(`${url}/v1/queue/${id}/attachments?name=${CANARY.fileName}.txt`, {
    method: 'POST',
    headers: { 'content-type': `text/x-${CANARY.fileType}` },
    body: CANARY.fileContent,
  });
  assert.equal(attached.status, 201, await attached.text());
  await client.call('actOnAlerts', {
    body: {
      action: 'verdict',
      alerts: [{ id, version, transactions: transactions.length }],
      verdict: 'fraud',
      fraudType: CANARY.fraudType,
      note: CANARY.note,
    },
  });
  await client.call('addLabels', {
    body: JSON.stringify({
      transactionId: transactions[0],
      fraud: true,
      fraudType: CANARY.fraudType,
      source: 'chargeback',
    }),
    type: 'application/json',
  });
  return id;
}

async function plantCase(client: Client, alerts: number[]): Promise<number> {
  const { id } = await client.call('openCase', { body: { title: CANARY.caseTitle, alerts } });
  const params = { id };
  await client.call('addNoteToCase', { params, body: { text: CANARY.caseNote } });
  await client.call('addTaskToCase', { params, body: { text: CANARY.caseTask } });
  const { version } = (await client.call('getCase', { params })).case;
  await client.call('changeCase', {
    params,
    body: { version, action: 'edit', narrative: CANARY.narrative },
  });
  return id;
}

/** What could not be used: an unknown field, a value that a problem quotes, and what is no JSON at all. */
async function plantDeadLetters(url: string, client: Client): Promise<number[]> {
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
  const { items } = await client.call('listDeadLetters');
  assert.equal(items.length, 3);
  return items.map(({ id }) => id);
}
