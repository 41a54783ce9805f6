// Exchange rates over HTTP: what the desk counts in, the rates in service, and importing newer ones.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { OLD_RATE_DAYS } from '../../domain/base-amount.ts';
import { isCurrency } from '../../domain/currency.ts';
import { crossRate, dayOf, dayText, type Rate } from '../../domain/exchange-rates.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { SHIPPED_RATES_DATE } from '../../domain/shipped-rates.ts';
import { writeReferenceRates } from '../../formats/reference-rates.ts';
import type { Desk } from '../../ports/desk.ts';
import {
  type ExchangeRates,
  exportExchangeRates,
  getExchangeRates,
  importExchangeRates,
  MAX_SHOWN_PROBLEMS,
} from '../../protocol/rates.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { takeBodiesWhole } from '../edge/whole-bodies.ts';
import type { RatesRead, RateWork } from './rate-worker.ts';

/** Thirty years of forty currencies are two million bytes. */
const MAX_BYTES = 16 << 20;
const IMPORTS_SHOWN = 10;
const WORKER = new URL('./rate-worker.ts', import.meta.url);

async function readInThread(work: RateWork): Promise<RatesRead> {
  const thread = new Worker(WORKER, { workerData: work });
  const [read] = (await once(thread, 'message')) as [RatesRead];
  return read;
}

/** Where rates come from, as whoever imports them names it. */
function sourceOf(given: string | string[] | undefined): string {
  const name = typeof given === 'string' ? given.replace(/[^\w .()-]/g, '').slice(0, 80) : '';
  return name === '' ? 'API' : name;
}

async function inService(desk: Desk): Promise<ExchangeRates> {
  const { clock, office } = desk;
  const { baseCurrency, rates } = desk.money();
  const today = dayOf(clock.nowMs());
  const imports = await office.rates.imports(IMPORTS_SHOWN);
  const newest = rates.newestDay === undefined ? SHIPPED_RATES_DATE : dayText(rates.newestDay);
  const ageDays = today - dayOf(Date.parse(newest));
  return {
    baseCurrency,
    newestDate: newest,
    ageDays,
    isOld: ageDays > OLD_RATE_DAYS,
    isShipped: rates.newestDay === undefined,
    shippedDate: SHIPPED_RATES_DATE,
    imported: rates.imported,
    imports: imports.map(({ atMs, by, source, rates: count, lastDay }) => ({
      at: isoTime(atMs),
      by,
      source,
      rates: count,
      lastDate: dayText(lastDay),
    })),
    currencies: [...rates.byCurrency.keys()].sort().flatMap((currency) => {
      const found =
        currency === baseCurrency || !isCurrency(currency, clock.nowMs())
          ? undefined
          : crossRate(rates, currency, baseCurrency, today);
      return found
        ? [{ currency, rate: found.rate, date: dayText(found.day), isShipped: found.isShipped }]
        : [];
    }),
  };
}

async function importRates(request: RequestOf<typeof importExchangeRates>, reply: FastifyReply, desk: Desk) {
  const { clock, office } = desk;
  const text = typeof request.body === 'string' ? request.body : '';
  const read = await readInThread({ text, nowMs: clock.nowMs() });
  if (!read.ok) return sendProblem(reply, 422, 'Not valid', read.problem);
  const { rates, dropped } = read;
  const lastDate = dayText(rates.reduce((last: number, rate: Rate) => Math.max(last, rate.day), 0));
  const entry = entryOf(request, clock, 'imported exchange rates', 'exchange rates', {
    rates: rates.length,
    dropped: dropped.length,
    lastDate,
  });
  await office.rates.add(sourceOf(request.headers['x-file-name']), rates, entry);
  await desk.refresh();
  return {
    rates: rates.length,
    lastDate,
    dropped: dropped.length,
    problems: dropped.slice(0, MAX_SHOWN_PROBLEMS).map(({ line, column, message }) => ({
      line,
      column: column ?? null,
      message,
    })),
  };
}

export function rateRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, getExchangeRates, () => inService(desk));
  serve(app, exportExchangeRates, async (_request, reply) =>
    reply.type('text/csv; charset=utf-8').send(writeReferenceRates(await desk.office.rates.all())),
  );
  app.register(async (scope) => {
    takeBodiesWhole(scope, 'string', MAX_BYTES);
    serve(scope, importExchangeRates, (request, reply) => importRates(request, reply, desk), {
      bodyLimit: MAX_BYTES,
    });
  });
}
