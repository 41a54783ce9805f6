// How every route of the API is called by the walk: the paths with what there is in the desk, the bodies of those that take one.
// A route that is not here fails the test: whoever adds one says how it is called.

import { smallest } from '../desk-process.ts';
import type { Caller } from '../people.ts';
import { LIST, type Planted, RULE, SMALL_CATALOGUE, SOURCE } from './planted.ts';

export type Call = {
  readonly path: string;
  readonly body?: unknown;
  /** Of a body that is no JSON. */
  readonly type?: string;
  /** What an administrator is answered, where it is no 2xx: nothing there to be done twice. */
  readonly status?: readonly number[];
};
/** `whole` is somebody who sees everything: for what must be as it is now. */
export type Calls = (planted: Planted, whole: Caller) => Promise<readonly Call[]> | readonly Call[];

let made = 0;
/** Ids of what calls make are names, never canaries. */
const fresh = (): string => `made-${++made}`;
const version = async (whole: Caller, number: number): Promise<number> =>
  (await whole.client.call('getCase', { params: { id: number } })).case.version;
const SMALL_EXPRESSION = 'features.amount > 100000.0';
const one =
  (path: string): Calls =>
  () => [{ path }];

/** By method and path as the document writes them. */
export const CALLS: Readonly<Record<string, Calls>> = {
  'GET /v1/transactions/{id}': ({ transactions }) =>
    ['', '?download=true', ...transactions.slice(1).map(() => '')].map((query, i) => ({
      path: `/v1/transactions/${transactions[Math.max(0, i - 1)]}${query}`,
    })),
  'GET /v1/transactions': () => [
    { path: '/v1/transactions?limit=500' },
    { path: '/v1/transactions?country=DE' },
    { path: '/v1/transactions?outcome=review&minScore=0' },
  ],
  'GET /v1/alerts': () => [{ path: '/v1/alerts' }, { path: '/v1/alerts?status=confirmed' }],
  'GET /v1/stats': one('/v1/stats'),
  'GET /v1/models/current': one('/v1/models/current'),
  'GET /v1/pipeline': one('/v1/pipeline'),
  'GET /v1/pipeline/minutes': one('/v1/pipeline/minutes'),
  'GET /v1/transaction': ({ transactions }) => [{ path: `/v1/transaction?id=${transactions[0]}` }],
  'GET /v1/dead-letters': () => [
    { path: '/v1/dead-letters' },
    { path: '/v1/dead-letters?quarantined=false' },
  ],
  'GET /v1/dead-letters/{id}': ({ deadLetters }) =>
    deadLetters.map((id) => ({ path: `/v1/dead-letters/${id}` })),
  // It is refused again, and quoted again.
  'POST /v1/dead-letters/{id}/retry': ({ deadLetters }) =>
    deadLetters.map((id) => ({ path: `/v1/dead-letters/${id}/retry`, body: {}, status: [422] })),
  'POST /v1/dead-letters/{id}/discard': () => [
    { path: '/v1/dead-letters/9999/discard', body: {}, status: [404] },
  ],
  'POST /v1/dead-letters/{id}/mend': () => [
    { path: '/v1/dead-letters/9999/mend', body: { record: '{}' }, status: [404, 403] },
  ],
  // Each is refused again, and quoted again.
  'POST /v1/dead-letters/retry': ({ deadLetters }) => [
    { path: '/v1/dead-letters/retry', body: { ids: deadLetters } },
  ],
  'POST /v1/dead-letters/discard': () => [{ path: '/v1/dead-letters/discard', body: { ids: [9999] } }],
  'GET /healthz': one('/healthz'),
  'GET /readyz': one('/readyz'),
  'GET /metrics': one('/metrics'),
  'GET /v1/queue': () =>
    ['open', 'closed', 'mine', 'unassigned', 'overdue', 'escalated', 'snoozed'].flatMap((view) => [
      { path: `/v1/queue?view=${view}` },
      { path: `/v1/queue?view=${view}&sort=newest` },
    ]),
  'GET /v1/queue/counts': one('/v1/queue/counts'),
  'GET /v1/queue/colleagues': one('/v1/queue/colleagues'),
  'GET /v1/queue/{id}': ({ alert, closedAlert }) =>
    [alert, closedAlert].flatMap((id) => [
      { path: `/v1/queue/${id}` },
      { path: `/v1/queue/${id}?download=true` },
    ]),
  // As nobody sees an alert now: each comes back as it is.
  'POST /v1/queue/actions': ({ alert, closedAlert }) => [
    {
      path: '/v1/queue/actions',
      body: { action: 'claim', alerts: [alert, closedAlert].map((id) => ({ id, version: 0 })) },
    },
  ],
  'POST /v1/queue/{id}/notes': ({ closedAlert }) => [
    { path: `/v1/queue/${closedAlert}/notes`, body: { text: 'seen' } },
  ],
  'POST /v1/queue/{id}/attachments': ({ alert }) => [
    { path: `/v1/queue/${alert}/attachments?name=plain.txt`, body: 'plain', type: 'text/plain' },
  ],
  'GET /v1/queue/{id}/attachments/{attachment}': ({ closedAlert, attachment }) => [
    { path: `/v1/queue/${closedAlert}/attachments/${attachment}` },
  ],
  'GET /v1/cases': () => [{ path: '/v1/cases' }, { path: '/v1/cases?status=open' }],
  'POST /v1/cases': () => [{ path: '/v1/cases', body: { title: 'Another', alerts: [] } }],
  'GET /v1/cases/{id}': (planted) => [{ path: `/v1/cases/${planted.case}` }],
  'POST /v1/cases/{id}/actions': async (planted, whole) => [
    {
      path: `/v1/cases/${planted.case}/actions`,
      body: { version: await version(whole, planted.case), action: 'assign' },
    },
  ],
  'POST /v1/cases/{id}/alerts': (planted) => [
    { path: `/v1/cases/${planted.case}/alerts`, body: { alerts: [planted.alert] } },
  ],
  'DELETE /v1/cases/{id}/alerts/{alert}': (planted) => [
    { path: `/v1/cases/${planted.case}/alerts/9999`, status: [404] },
  ],
  'POST /v1/cases/{id}/notes': (planted) => [
    { path: `/v1/cases/${planted.case}/notes`, body: { text: 'seen' } },
  ],
  'POST /v1/cases/{id}/tasks': (planted) => [
    { path: `/v1/cases/${planted.case}/tasks`, body: { text: 'look' } },
  ],
  'PUT /v1/cases/{id}/tasks/{task}': (planted) => [
    { path: `/v1/cases/${planted.case}/tasks/${planted.task}`, body: { done: true }, status: [200, 404] },
  ],
  'POST /v1/cases/{id}/report': (planted) =>
    ['json', 'goaml'].map((format) => ({
      path: `/v1/cases/${planted.case}/report`,
      body: {
        format,
        reportingEntityId: 1,
        institutionCode: 'BANKDEFF',
        localCurrency: 'EUR',
        indicators: ['FRAUD'],
      },
    })),
  'GET /v1/accounts/{id}/links': () => [{ path: '/v1/accounts/nobody/links' }],
  'GET /v1/account/links': () => [{ path: '/v1/account/links?id=nobody' }],
  'GET /v1/rules': one('/v1/rules'),
  'GET /v1/rules/names': one('/v1/rules/names'),
  'POST /v1/rules/check': () => [
    { path: '/v1/rules/check', body: { expression: SMALL_EXPRESSION } },
    { path: '/v1/rules/check', body: { expression: 'inList("no-such", transaction.accountId)' } },
  ],
  'POST /v1/rules': () => [
    {
      path: '/v1/rules',
      body: { id: 'made-rule', expression: SMALL_EXPRESSION, action: 'tag', text: 'large' },
    },
  ],
  'POST /v1/rules/{id}/{version}/state': () => [
    { path: `/v1/rules/${RULE}/1/state`, body: { state: 'live' }, status: [409] },
  ],
  'POST /v1/rules/backtest': () => [
    // One at a time: whoever comes while another is tried is told so.
    { path: '/v1/rules/backtest', body: { expression: SMALL_EXPRESSION, maxRows: 100 }, status: [202, 409] },
  ],
  'GET /v1/rules/backtest/{id}': ({ backtest }) => [{ path: `/v1/rules/backtest/${backtest}` }],
  'DELETE /v1/rules/backtest/{id}': () => [{ path: '/v1/rules/backtest/none', status: [404] }],
  'GET /v1/catalogue': one('/v1/catalogue'),
  'GET /v1/catalogue/versions/{version}': () => [
    { path: '/v1/catalogue/versions/1' },
    { path: '/v1/catalogue/versions/0' },
  ],
  'POST /v1/catalogue/check': () => [{ path: '/v1/catalogue/check', body: { document: SMALL_CATALOGUE } }],
  'POST /v1/catalogue/preview': () => [
    { path: '/v1/catalogue/preview', body: { document: SMALL_CATALOGUE, feature: 'amount' } },
  ],
  'GET /v1/catalogue/shares': one('/v1/catalogue/shares'),
  'GET /v1/catalogue/features/{name}': () => [{ path: '/v1/catalogue/features/amount' }],
  'PUT /v1/catalogue/draft': () => [
    { path: '/v1/catalogue/draft', body: { document: SMALL_CATALOGUE, seen: 9999 }, status: [409] },
  ],
  'POST /v1/catalogue/versions/{version}/draft': () => [
    { path: '/v1/catalogue/versions/1/draft', body: { seen: 9999 }, status: [409] },
  ],
  'POST /v1/catalogue/draft/fields': () => [
    {
      path: '/v1/catalogue/draft/fields',
      body: { field: { name: 'a', type: 'text', description: 'A', personal: false }, seen: 9999 },
      status: [409],
    },
  ],
  'DELETE /v1/catalogue/draft': () => [{ path: '/v1/catalogue/draft?seen=9999', status: [409] }],
  'POST /v1/catalogue/move': () => [
    { path: '/v1/catalogue/move', body: { version: 1, state: 'live' }, status: [409] },
  ],
  'GET /v1/catalogue/move': one('/v1/catalogue/move'),
  'DELETE /v1/catalogue/move': () => [{ path: '/v1/catalogue/move?version=1', status: [409] }],
  'PUT /v1/catalogue/features/{name}': () => [
    { path: '/v1/catalogue/features/planted_count_1h', body: { on: true } },
  ],
  'GET /v1/lists': one('/v1/lists'),
  'POST /v1/lists': () => [{ path: '/v1/lists', body: { name: LIST, kind: 'text' }, status: [409] }],
  'DELETE /v1/lists/{name}': () => [{ path: '/v1/lists/no-such-list', status: [404] }],
  'GET /v1/lists/{name}/entries': () => [{ path: `/v1/lists/${LIST}/entries` }],
  'POST /v1/lists/{name}/entries': () => [
    { path: `/v1/lists/${LIST}/entries`, body: { entries: [{ value: 'made-entry' }] } },
  ],
  'DELETE /v1/lists/{name}/entries': () => [
    { path: `/v1/lists/${LIST}/entries`, body: { values: ['made-entry'] } },
  ],
  'POST /v1/lists/{name}/import': () => [
    { path: `/v1/lists/${LIST}/import`, body: 'made-entry\n', type: 'text/csv' },
  ],
  'GET /v1/imports': one('/v1/imports'),
  'GET /v1/imports/{id}': async (_planted, whole) => {
    const { imports } = await whole.client.call('listImports');
    return imports.map(({ id }) => ({ path: `/v1/imports/${id}` }));
  },
  'DELETE /v1/imports/{id}': () => [{ path: '/v1/imports/none', status: [404] }],
  'PUT /v1/sanctions/{name}': () => [
    {
      path: `/v1/sanctions/${encodeURIComponent(SOURCE)}`,
      body: 'uid,name\n1,Somebody Sanctioned\n',
      type: 'text/csv',
    },
  ],
  'DELETE /v1/sanctions/{name}': () => [{ path: '/v1/sanctions/none', status: [404] }],
  'POST /v1/sanctions/screen': () => [{ path: '/v1/sanctions/screen', body: { name: 'Nobody At All' } }],
  'GET /v1/models': one('/v1/models'),
  'GET /v1/models/review': one('/v1/models/review'),
  'GET /v1/models/drift': one('/v1/models/drift'),
  'GET /v1/models/outcomes': one('/v1/models/outcomes'),
  'GET /v1/models/unbiased': one('/v1/models/unbiased'),
  'GET /v1/models/{version}': ({ model }) => [{ path: `/v1/models/${model}` }],
  'GET /v1/models/{version}/artefact': ({ model }) => [{ path: `/v1/models/${model}/artefact` }],
  'GET /v1/models/{version}/gate': ({ model }) => [{ path: `/v1/models/${model}/gate` }],
  'POST /v1/models': () => [
    { path: '/v1/models', body: 'no model', type: 'application/octet-stream', status: [400] },
  ],
  'POST /v1/models/{version}/state': ({ model }) => [
    { path: `/v1/models/${model}/state`, body: { state: 'champion', who: 'x' } },
  ],
  'POST /v1/models/rollback': () => [{ path: '/v1/models/rollback', body: { who: 'x' }, status: [409] }],
  // Training takes a minute; that it is told to the wrong shape is enough.
  'POST /v1/models/retrain': () => [{ path: '/v1/models/retrain', body: { no: 1 }, status: [400] }],
  'GET /v1/simulator': one('/v1/simulator'),
  'POST /v1/simulator': () => [{ path: '/v1/simulator', body: { running: false }, status: [409] }],
  'POST /v1/simulator/inject': () => [
    { path: '/v1/simulator/inject', body: { type: 'card_testing' }, status: [409] },
  ],
  'GET /v1/exchange-rates': one('/v1/exchange-rates'),
  'GET /v1/exchange-rates.csv': one('/v1/exchange-rates.csv'),
  'POST /v1/exchange-rates': () => [
    { path: '/v1/exchange-rates', body: 'Date,USD\n2026-01-02,1.25\n', type: 'text/csv' },
  ],
  'GET /v1/settings': one('/v1/settings'),
  'PUT /v1/settings': () => [{ path: '/v1/settings', body: { fourEyesCases: false } }],
  'GET /v1/observed-fields': one('/v1/observed-fields'),
  'POST /v1/files': () => [
    {
      path: '/v1/files?name=rows.csv',
      body: 'id,account,time\nmade-f,made-a,2026-01-01\n',
      type: 'text/csv',
    },
  ],
  'GET /v1/files/{id}': () => [{ path: '/v1/files/nowhere', status: [404, 403] }],
  'DELETE /v1/files/{id}': () => [{ path: '/v1/files/nowhere', status: [404, 403] }],
  'POST /v1/files/{id}/preview': () => [{ path: '/v1/files/nowhere/preview', body: {}, status: [404, 403] }],
  'POST /v1/files/{id}/imports': () => [{ path: '/v1/files/nowhere/imports', body: {}, status: [404, 403] }],
  'GET /v1/file-imports': one('/v1/file-imports'),
  'GET /v1/file-imports/{id}': () => [{ path: '/v1/file-imports/nowhere', status: [404, 403] }],
  'DELETE /v1/file-imports/{id}': () => [{ path: '/v1/file-imports/nowhere', status: [404, 403] }],
  'GET /v1/views': one('/v1/views'),
  'PUT /v1/views': () => [{ path: '/v1/views', body: { name: 'mine', path: '/alerts?view=closed' } }],
  'DELETE /v1/views/{name}': () => [{ path: '/v1/views/mine' }],
  'GET /v1/people': one('/v1/people'),
  'POST /v1/people': () => [
    { path: '/v1/people', body: { id: 'viewer@bank.example', name: 'x', roles: ['viewer'] }, status: [409] },
  ],
  'POST /v1/people/{id}/link': () => [{ path: '/v1/people/nobody/link', status: [404] }],
  'PUT /v1/people/{id}/roles': () => [
    { path: '/v1/people/nobody/roles', body: { roles: ['viewer'] }, status: [404] },
  ],
  'PUT /v1/people/{id}/disabled': () => [
    { path: '/v1/people/nobody/disabled', body: { disabled: false }, status: [404] },
  ],
  'GET /v1/keys': one('/v1/keys'),
  'POST /v1/keys': () => [{ path: '/v1/keys', body: { name: 'made', permissions: ['read'] } }],
  'DELETE /v1/keys/{id}': () => [{ path: '/v1/keys/none', status: [404] }],
  'POST /v1/erasures/plan': () => [
    { path: '/v1/erasures/plan', body: { person: [{ field: 'accountId', value: 'nobody-is-called-so' }] } },
  ],
  'POST /v1/erasures': () => [
    {
      path: '/v1/erasures',
      body: { person: [{ field: 'accountId', value: 'nobody-is-called-so' }], reference: 'DSR-1' },
    },
  ],
  'GET /v1/erasures': one('/v1/erasures'),
  'GET /v1/erasures/{id}': () => [{ path: '/v1/erasures/9999', status: [404] }],
  'GET /v1/audit': () => [
    { path: '/v1/audit?limit=500' },
    { path: '/v1/audit?subject=sanctions' },
    { path: '/v1/audit?action=saw' },
  ],
  'GET /v1/channels': one('/v1/channels'),
  'POST /v1/channels': () => [
    {
      path: '/v1/channels',
      body: { kind: 'email', target: 'nowhere', events: ['alert.opened'] },
      status: [400],
    },
  ],
  'PUT /v1/channels/{id}/enabled': () => [
    { path: '/v1/channels/9999/enabled', body: { enabled: true }, status: [404] },
  ],
  'POST /v1/channels/{id}/test': () => [{ path: '/v1/channels/9999/test', status: [404] }],
  'DELETE /v1/channels/{id}': () => [{ path: '/v1/channels/9999', status: [404] }],
  'POST /v1/decisions': () => [{ path: '/v1/decisions', body: smallest(fresh(), 'somebody') }],
  'POST /v1/transactions': () => [
    {
      path: '/v1/transactions',
      body: JSON.stringify(smallest(fresh(), 'somebody')),
      type: 'application/x-ndjson',
    },
  ],
  'GET /v1/events': () => [{ path: '/v1/events?limit=500' }, { path: '/v1/events?kind=login' }],
  'POST /v1/events': () => [
    {
      path: '/v1/events',
      body: { id: fresh(), kind: 'login', occurredAt: new Date().toISOString(), accountId: 'somebody' },
    },
  ],
  'POST /v1/labels': ({ transactions }) => [
    { path: '/v1/labels', body: { transactionId: transactions[1], fraud: true } },
  ],
  'GET /v1/proposals/settings': one('/v1/proposals/settings'),
  'GET /v1/proposals/lists': one('/v1/proposals/lists'),
  'GET /v1/proposals/models': one('/v1/proposals/models'),
  'POST /v1/proposals/settings/{id}/approve': () => [
    { path: '/v1/proposals/settings/9999/approve', body: {}, status: [404] },
  ],
  'POST /v1/proposals/lists/{id}/approve': () => [
    { path: '/v1/proposals/lists/9999/approve', body: {}, status: [404] },
  ],
  'POST /v1/proposals/models/{id}/approve': () => [
    { path: '/v1/proposals/models/9999/approve', body: {}, status: [404] },
  ],
  'DELETE /v1/proposals/settings/{id}': () => [{ path: '/v1/proposals/settings/9999', status: [404] }],
  'DELETE /v1/proposals/lists/{id}': () => [{ path: '/v1/proposals/lists/9999', status: [404] }],
  'DELETE /v1/proposals/models/{id}': () => [{ path: '/v1/proposals/models/9999', status: [404] }],
  'GET /v1/me': one('/v1/me'),
  'GET /v1/oidc/start': () => [{ path: '/v1/oidc/start', status: [404] }],
  'GET /v1/oidc/callback': () => [{ path: '/v1/oidc/callback', status: [404] }],
  'GET /v1/feed': () => [{ path: '/v1/feed', status: [426] }],
  'POST /v1/password': () => [{ path: '/v1/password', body: { no: 1 }, status: [400] }],
  // The way in, which knows nobody: its answers hold nothing of what is in the desk.
  'GET /v1/welcome': () => [{ path: '/v1/welcome?token=none', status: [404] }],
  'POST /v1/welcome': () => [],
  'POST /v1/sign-in': () => [],
  'POST /v1/sign-out': () => [],
};
