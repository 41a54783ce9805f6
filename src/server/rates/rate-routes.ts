// Exchange rates over HTTP: what the desk counts in, the rates in service, and importing newer ones.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FastifyInstance } from 'fastify';
import { OLD_RATE_DAYS } from '../../domain/base-amount.ts';
import { isCurrency } from '../../domain/currency.ts';
import { crossRate, dayOf, dayText, type Rate } from '../../domain/exchange-rates.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { SHIPPED_RATES_DATE } from '../../domain/shipped-rates.ts';
import { writeReferenceRates } from '../../formats/reference-rates.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ExchangeRatesMessage, RateImportMessage } from '../../protocol/rates.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { takeBodiesWhole } from '../edge/whole-bodies.ts';
import { ProblemSchema } from '../schemas.ts';
import type { RatesRead, RateWork } from './rate-worker.ts';

/** Thirty years of forty currencies are two million bytes. */
const MAX_BYTES = 16 << 20;
const IMPORTS_SHOWN = 10;
const DROPPED_SHOWN = 100;
const WORKER = new URL('./rate-worker.ts', import.meta.url);

async function readInThread(work: RateWork): Promise<RatesRead> {
  const thread = new Worker(WORKER, { workerData: work });
  const [read] = (await once(thread, 'message')) as [RatesRead];
  return read;
}

export function rateRoutes(app: FastifyInstance, desk: Desk): void {
  const { clock } = desk;
  const { rates } = desk.office;
  const tags = ['Exchange rates'];

  app.get(
    '/v1/exchange-rates',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'What the desk counts in, and the exchange rates in service',
        description:
          'Of each currency the rate that a payment of now is converted with, and the day it is of.',
        tags,
      },
    },
    async (): Promise<ExchangeRatesMessage> => {
      const { baseCurrency, rates: inService } = desk.money();
      const today = dayOf(clock.nowMs());
      const imports = await rates.imports(IMPORTS_SHOWN);
      const newest = inService.newestDay === undefined ? SHIPPED_RATES_DATE : dayText(inService.newestDay);
      const ageDays = today - dayOf(Date.parse(newest));
      return {
        baseCurrency,
        newestDate: newest,
        ageDays,
        isOld: ageDays > OLD_RATE_DAYS,
        isShipped: inService.newestDay === undefined,
        shippedDate: SHIPPED_RATES_DATE,
        imported: inService.imported,
        imports: imports.map(({ atMs, by, source, rates: count, lastDay }) => ({
          at: isoTime(atMs),
          by,
          source,
          rates: count,
          lastDate: dayText(lastDay),
        })),
        currencies: [...inService.byCurrency.keys()].sort().flatMap((currency) => {
          const found =
            currency === baseCurrency || !isCurrency(currency, clock.nowMs())
              ? undefined
              : crossRate(inService, currency, baseCurrency, today);
          return found
            ? [{ currency, rate: found.rate, date: dayText(found.day), isShipped: found.isShipped }]
            : [];
        }),
      };
    },
  );

  app.get(
    '/v1/exchange-rates.csv',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'Every imported rate, as the European Central Bank writes them',
        description: 'For commands that work on files: --rates FILE.',
        tags,
      },
    },
    async (_request, reply) =>
      reply.type('text/csv; charset=utf-8').send(writeReferenceRates(await rates.all())),
  );

  app.register(async (scope) => {
    takeBodiesWhole(scope, 'string', MAX_BYTES);
    scope.post(
      '/v1/exchange-rates',
      {
        bodyLimit: MAX_BYTES,
        config: { permission: 'edit_rates' },
        schema: {
          summary: 'Import exchange rates',
          description:
            'The CSV of the European Central Bank (eurofxref-hist.csv, eurofxref.csv): Date,USD,JPY,… and a day a row, what one euro was ' +
            'worth. Rates of the same currency and day are replaced; what cannot be taken is told with its line and column. ' +
            'Decisions that were made keep the rate they were made with.',
          tags,
          consumes: ['text/csv'],
          response: { 400: ProblemSchema, 413: ProblemSchema, 422: ProblemSchema },
        },
      },
      async (request, reply): Promise<RateImportMessage | undefined> => {
        const text = typeof request.body === 'string' ? request.body : '';
        const read = await readInThread({ text, nowMs: clock.nowMs() });
        if (!read.ok) {
          await sendProblem(reply, 422, 'Not valid', read.problem);
          return undefined;
        }
        const lastDate = dayText(
          read.rates.reduce((last: number, rate: Rate) => Math.max(last, rate.day), 0),
        );
        const entry = entryOf(request, clock, 'imported exchange rates', 'exchange rates', {
          rates: read.rates.length,
          dropped: read.dropped.length,
          lastDate,
        });
        await rates.add(sourceOf(request.headers['x-file-name']), read.rates, entry);
        await desk.refresh();
        return {
          rates: read.rates.length,
          lastDate,
          dropped: read.dropped.length,
          problems: read.dropped.slice(0, DROPPED_SHOWN).map(({ line, column, message }) => ({
            line,
            column: column ?? null,
            message,
          })),
        };
      },
    );
  });
}

/** Where rates come from, as whoever imports them names it. */
function sourceOf(given: string | string[] | undefined): string {
  const name = typeof given === 'string' ? given.replace(/[^\w .()-]/g, '').slice(0, 80) : '';
  return name === '' ? 'API' : name;
}
