// The suspicious transaction report of a case, as the file that was asked for.
import type { FastifyReply } from 'fastify';
import { currencyProblem } from '../../domain/currency.ts';
import { InputError } from '../../domain/input-error.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Alerts } from '../../ports/office/alerts.ts';
import type { Cases } from '../../ports/office/cases.ts';
import type { Store, StoredTransaction } from '../../ports/store.ts';
import type { reportCase } from '../../protocol/cases.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import type { RequestOf } from '../edge/serve.ts';
import { noCase } from './no-case.ts';
import { reportJson, reportXml } from './suspicious-report.ts';

export const MAX_REPORTED = 1000;

type Reading = {
  readonly office: {
    readonly cases: Pick<Cases, 'alertIds'>;
    readonly alerts: Pick<Alerts, 'transactionIds'>;
  };
  readonly store: Pick<Store, 'transaction'>;
};

/** The flagged transactions of a case's alerts, oldest first; of a case with too many of them, as many as show that. */
export async function transactionsOf(
  id: number,
  { office, store }: Reading,
): Promise<readonly StoredTransaction[]> {
  const found: StoredTransaction[] = [];
  for (const alertId of await office.cases.alertIds(id)) {
    for (const transactionId of await office.alerts.transactionIds(alertId, MAX_REPORTED + 1)) {
      const stored = await store.transaction(transactionId);
      if (stored) found.push(stored);
      if (found.length > MAX_REPORTED) return found;
    }
  }
  return found.sort((a, b) => a.transaction.occurredAtMs - b.transaction.occurredAtMs);
}

export async function makeReport(request: RequestOf<typeof reportCase>, reply: FastifyReply, desk: Desk) {
  const { clock, office } = desk;
  const found = await office.cases.find(request.params.id);
  if (!found) return noCase(reply, request.params.id);
  const { format, exchangeRates = {}, indicators = [], action = '', ...about } = request.body;
  const notInUse = currencyProblem(about.localCurrency, clock.nowMs());
  if (notInUse)
    return sendProblem(reply, 422, 'Not valid', `localCurrency is ${about.localCurrency}; ${notInUse}.`);
  const transactions = await transactionsOf(found.id, desk);
  if (transactions.length > MAX_REPORTED) {
    const limit = `A report has at most ${MAX_REPORTED} transactions; split the case.`;
    return sendProblem(reply, 409, 'Conflict', limit);
  }
  const report = {
    case: found,
    transactions,
    preparedBy: actorOf(request).name,
    preparedAtMs: clock.nowMs(),
  };
  const details = { ...about, exchangeRates, indicators, action };
  const made = { format, transactions: transactions.length };
  try {
    const content = format === 'goaml' ? reportXml(report, details) : reportJson(report, details);
    await office.audit.append(entryOf(request, clock, 'made a report', `case ${found.id}`, made));
    const extension = format === 'goaml' ? 'xml' : 'json';
    reply.header('content-disposition', `attachment; filename="case-${found.id}.${extension}"`);
    return typeof content === 'string' ? reply.type('application/xml').send(content) : content;
  } catch (error) {
    if (error instanceof InputError) return sendProblem(reply, 422, 'Not valid', error.message);
    throw error;
  }
}
