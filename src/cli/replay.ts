// ./goshawk replay: a file through the engine of a desk, with throughput, latency and quality at the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadMapping } from '../adapters/files/mapping.ts';
import { orderedRows } from '../adapters/files/ordered-rows.ts';
import { type InputFile, openTransactions } from '../adapters/files/read-transactions.ts';
import { LOCAL_ACTOR } from '../domain/access.ts';
import type { Money } from '../domain/base-amount.ts';
import { InputError } from '../domain/input-error.ts';
import type { FeatureState } from '../features/feature-state.ts';
import type { Model } from '../models/model.ts';
import { systemClock } from '../ports/clock.ts';
import { maxAmountMinor } from '../runtimes/amount-limit.ts';
import { openDesk } from '../runtimes/embedded.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import { type ReplayReport, replay } from '../runtimes/replay.ts';
import type { LabelledTransaction } from '../training/evaluate.ts';
import { trainFirstModel } from '../training/first-model.ts';
import { trainOnHistory } from '../training/history-model.ts';
import { CARD_SPECS, cardModeOf, cardsOfFolder } from './card-key.ts';
import { firstTransaction, MONEY_SPECS, moneyOf, ratesOfFile } from './money-options.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { createProgress } from './progress.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  mapping: {
    type: 'string',
    value: 'M',
    help: 'for CSV: a preset (handbook) or a JSON file, see docs/replay.md',
  },
  until: { type: 'string', value: 'DATE', help: 'stop at this day, exclusive' },
  speed: { type: 'string', value: 'S', default: 'max', help: 'max, or times faster than life: 60x' },
  'delay-days': { type: 'string', value: 'N', default: '7', help: 'days until the label of a row is known' },
  'train-days': {
    type: 'string',
    value: 'N',
    default: '30',
    help: 'opening days a new desk learns its model from; 0: the starter model',
  },
  'data-dir': {
    type: 'string',
    value: 'DIR',
    help: 'desk to replay into, kept for ./run.sh --data-dir DIR; without it a temporary one',
  },
  seed: { type: 'string', value: 'N', default: '1', help: 'seed of all randomness' },
  json: { type: 'boolean', help: 'print the report as JSON' },
  ...MONEY_SPECS,
  'time-zone': TIME_ZONE_SPEC,
  ...CARD_SPECS,
  help: { type: 'boolean', help: 'show this text' },
};

function speedOf(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)x$/.exec(text);
  const factor = match ? Number(match[1]) : 0;
  if (factor <= 0) throw new InputError(`--speed is "${text}"; it must be max or a factor like 60x.`);
  return factor;
}

async function* labelledRows(input: InputFile, name: string): AsyncGenerator<LabelledTransaction[]> {
  for await (const batch of orderedRows(input, name)) {
    yield batch.flatMap((row) => (row.ok ? [{ transaction: row.transaction, fraud: row.fraud }] : []));
  }
}

export async function replayCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('replay', args, SPECS);
  if (options.flag('help')) {
    console.log(
      helpText(
        './goshawk replay FILE [options]',
        'Sends a file through the engine, labels after their delay, every decision durable as in service.',
        SPECS,
      ),
    );
    return;
  }
  const [file, extra] = options.positionals;
  if (file === undefined || extra !== undefined) {
    throw new InputError(
      'replay takes one file: ./goshawk replay FILE --mapping M. See ./goshawk replay --help',
    );
  }
  const mappingName = options.text('mapping');
  const mapping = mappingName === undefined ? undefined : await loadMapping(mappingName);
  const untilMs = options.date('until') ?? Number.POSITIVE_INFINITY;
  const speed = speedOf(options.text('speed') ?? 'max');
  const delayDays = options.number('delay-days', 0, 365);
  const trainDays = options.number('train-days', 0, 3650);
  const seed = options.number('seed', 0, 2 ** 31);
  if (trainDays > 0 && trainDays <= delayDays) {
    throw new InputError(
      '--train-days must be more than --delay-days: no label is known before the delay has passed.',
    );
  }
  const kept = options.text('data-dir');
  const mode = cardModeOf(options.text('card-numbers'));
  const cards = cardsOfFolder(kept, mode, process.env.CARD_TOKEN_KEY);
  const offsetAt = localTimeAsked(options.text('time-zone'));
  const open = (money?: Money): Promise<InputFile> =>
    openTransactions(file, mapping, {
      nowMs: systemClock.nowMs(),
      maxAmountMinor: maxAmountMinor(process.env),
      cards: cards.policy,
      ...(money && { money }),
      ...(offsetAt && { offsetAt }),
    });
  const asked = baseCurrencyAsked(options.text('base-currency'));
  const rates = await ratesOfFile(options);
  const ofFile = await moneyOf(options, open);
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'goshawk-replay-')));
  let interrupted = false;
  let failure: Error | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted) process.exit(130);
      interrupted = true;
    });
  }
  const training = createProgress('Model');
  const firstModel = async (state: FeatureState): Promise<Model> => {
    const onProgress = (step: string, done: number, of: number): void => training.update(done, of, step);
    if (trainDays > 0) {
      const made = await trainOnHistory(labelledRows(await open(ofFile), file), {
        trainDays,
        delayDays,
        seed,
        onProgress,
      });
      if (made) {
        training.end(`${made.info.version}, from the first ${trainDays} days of the file`);
        return made;
      }
    }
    // The history before the file, not before today: a replay says the same on any day.
    const endMs = (await firstTransaction(await open()))?.occurredAtMs ?? systemClock.nowMs();
    const model = await trainFirstModel(state, { preset: 'default', seed, endMs, liveRate: 20, onProgress });
    training.end(
      `${model.info.version}, the starter model from simulated history (too few labelled frauds here)`,
    );
    return model;
  };
  try {
    const desk = await openDesk({
      dataDir,
      clock: systemClock,
      cards,
      ...(asked !== undefined && { baseCurrency: asked }),
      presetBaseCurrency: ofFile.baseCurrency,
      firstModel,
      onNotice: (message) => console.error(message),
      onFailure: (error) => {
        failure = error;
      },
    });
    const progress = createProgress('Replay');
    try {
      if (rates) {
        await desk.office.rates.add(basename(options.text('rates') ?? ''), rates, {
          atMs: systemClock.nowMs(),
          actor: LOCAL_ACTOR,
          action: 'imported exchange rates',
          subject: 'exchange rates',
          detail: { rates: rates.length },
        });
        await desk.refresh();
      }
      const input = await open(desk.money());
      const model = desk.engine.serving.champion.info;
      const report = await replay(desk, {
        batches: orderedRows(input, file),
        source: basename(file),
        delayDays,
        untilMs,
        speed,
        // A model from simulated history has seen none of the file's rows.
        qualityFromMs:
          model.trainingWindow.source === 'simulation'
            ? Number.NEGATIVE_INFINITY
            : Date.parse(model.createdAt),
        stopped: () => interrupted || failure !== undefined,
        onProgress: (sent, perSecond, eventTimeMs) =>
          progress.update(
            input.bytesRead(),
            input.totalBytes,
            `${sent.toLocaleString('en')} rows, ${Math.round(perSecond).toLocaleString('en')}/s, ` +
              `${new Date(eventTimeMs).toISOString().slice(0, 10)}`,
          ),
      });
      progress.end(interrupted ? 'stopped early' : 'done');
      if (failure) throw failure;
      console.log(
        options.flag('json')
          ? JSON.stringify({ model: model.version, ...report })
          : reportText(model.version, report),
      );
    } finally {
      await desk.close();
    }
    if (kept !== undefined)
      console.error(`Kept in ${dataDir}; look at it: ./run.sh --no-simulator --data-dir ${dataDir}`);
  } finally {
    if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

function reportText(model: string, report: ReplayReport): string {
  const { outcomes, latencyMs, engineMs, quality } = report;
  const count = (value: number): string => value.toLocaleString('en');
  const rows = [
    `${count(report.sent)} sent, ${count(report.decided)} decided, ${count(report.duplicates)} known before`,
    ...(report.conflicts > 0
      ? [`${count(report.conflicts)} with the id of another (in the dead letters)`]
      : []),
    ...(report.quarantined > 0 ? [`${count(report.quarantined)} in quarantine`] : []),
  ];
  const lines = [
    `model         ${model}`,
    `rows          ${rows.join(', ')}`,
    `labels        ${count(report.labels)}, each after its delay`,
    `bad rows      ${count(report.badRows)}${report.firstProblem ? ` (in the dead letters; the first: ${report.firstProblem})` : ''}`,
    `outcomes      ${count(outcomes.approve)} approve, ${count(outcomes.review)} review, ${count(outcomes.decline)} decline`,
    `throughput    ${count(Math.round(report.perSecond))} transactions/s over ${report.seconds.toFixed(1)} s, every one committed`,
  ];
  if (report.decided > 0) {
    lines.push(
      `latency       p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms from intake to commit`,
      `engine        p50 ${(engineMs.p50 * 1000).toFixed(0)} µs, p99 ${(engineMs.p99 * 1000).toFixed(0)} µs a decision, reasons included`,
    );
  }
  if (quality) {
    lines.push(
      `quality       on ${count(quality.rows)} labelled rows after the training days, ${count(quality.frauds)} frauds:`,
      `              AUC ${quality.auc.toFixed(3)}, AP ${quality.averagePrecision.toFixed(3)}; ${count(quality.flagged)} flagged, ` +
        `precision ${quality.precision.toFixed(3)}, recall ${quality.recall.toFixed(3)}, money caught ${(100 * quality.valueRecall).toFixed(1)} %`,
    );
  } else lines.push('quality       unknown: no labelled fraud after the training days');
  return lines.join('\n');
}
