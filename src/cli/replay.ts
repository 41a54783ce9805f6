// ./goshawk replay: a file through the engine of a desk, with throughput, latency and quality at the end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { loadMapping, type Mapping } from '../adapters/files/mapping.ts';
import { orderedRows } from '../adapters/files/ordered-rows.ts';
import { type InputFile, openTransactions } from '../adapters/files/read-transactions.ts';
import { LOCAL_ACTOR } from '../domain/access.ts';
import type { Money } from '../domain/base-amount.ts';
import type { Rate } from '../domain/exchange-rates.ts';
import { InputError } from '../domain/input-error.ts';
import type { FeatureState } from '../features/feature-state.ts';
import { STANDARD } from '../features/standard.ts';
import type { Model } from '../models/model.ts';
import { systemClock } from '../ports/clock.ts';
import { maxAmountMinor } from '../runtimes/amount-limit.ts';
import type { CardSettings } from '../runtimes/card-settings.ts';
import { type EmbeddedDesk, openDesk } from '../runtimes/embedded.ts';
import { localTimeAsked, TIME_ZONE_SPEC } from '../runtimes/local-time.ts';
import { baseCurrencyAsked } from '../runtimes/money-in-service.ts';
import { replay } from '../runtimes/replay.ts';
import type { ReplayReport } from '../runtimes/replay-tally.ts';
import type { LabelledTransaction } from '../training/evaluate.ts';
import { trainFirstModel } from '../training/first-model.ts';
import { trainOnHistory } from '../training/history-model.ts';
import { CARD_SPECS, cardModeOf, cardsOfFolder } from './card-key.ts';
import { firstTransaction, MONEY_SPECS, moneyOf, ratesOfFile } from './money-options.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { replayText } from './replay-text.ts';

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

/** What was asked for, checked. */
type Asked = {
  readonly options: Options;
  readonly file: string;
  readonly mapping: Mapping | undefined;
  readonly untilMs: number;
  readonly speed: number;
  readonly delayDays: number;
  readonly trainDays: number;
  readonly seed: number;
  /** The folder of a desk that is kept. */
  readonly kept: string | undefined;
  readonly cards: CardSettings;
  readonly offsetAt: ((timeMs: number) => number) | undefined;
};

/** Throws InputError. */
async function askedFor(options: Options): Promise<Asked> {
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
  return { options, file, mapping, untilMs, speed, delayDays, trainDays, seed, kept, cards, offsetAt };
}

/** Opens the file; amounts are converted where it is said with what. */
const openInput = ({ file, mapping, cards, offsetAt }: Asked, money?: Money): Promise<InputFile> =>
  openTransactions(file, mapping, {
    nowMs: systemClock.nowMs(),
    maxAmountMinor: maxAmountMinor(process.env),
    cards: cards.policy,
    ...(money && { money }),
    ...(offsetAt && { offsetAt }),
  });

/** Makes the first model of a new desk: of the opening days of the file where they have frauds enough. */
function firstModelOf(asked: Asked, ofFile: Money): (state: FeatureState) => Promise<Model> {
  const { file, trainDays, delayDays, seed } = asked;
  const training = createProgress('Model');
  const onProgress = (step: string, done: number, of: number): void => training.update(done, of, step);
  return async (state) => {
    if (trainDays > 0) {
      const rows = labelledRows(await openInput(asked, ofFile), file);
      const made = await trainOnHistory(rows, {
        catalogue: STANDARD,
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
    const endMs = (await firstTransaction(await openInput(asked)))?.occurredAtMs ?? systemClock.nowMs();
    const model = await trainFirstModel(state, { preset: 'default', seed, endMs, liveRate: 20, onProgress });
    training.end(
      `${model.info.version}, the starter model from simulated history (too few labelled frauds here)`,
    );
    return model;
  };
}

/** What ends a replay early. */
type Ending = { interrupted: boolean; failure: Error | undefined };

/** The first signal ends the replay, the second the program. */
function endOnSignal(): Ending {
  const ending: Ending = { interrupted: false, failure: undefined };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ending.interrupted) process.exit(130);
      ending.interrupted = true;
    });
  }
  return ending;
}

/** Files the exchange rates of a file with the desk. */
async function importRates(desk: EmbeddedDesk, name: string, rates: readonly Rate[]): Promise<void> {
  await desk.office.rates.add(name, rates, {
    atMs: systemClock.nowMs(),
    actor: LOCAL_ACTOR,
    action: 'imported exchange rates',
    subject: 'exchange rates',
    detail: { rates: rates.length },
  });
  await desk.refresh();
}

/** Sends the file through the desk, and says on the way how far it is. */
async function replayInto(desk: EmbeddedDesk, asked: Asked, ending: Ending): Promise<ReplayReport> {
  const { file, delayDays, untilMs, speed } = asked;
  const progress = createProgress('Replay');
  const input = await openInput(asked, desk.money());
  const model = desk.engine.inService.serving.champion.info;
  const report = await replay(desk, {
    batches: orderedRows(input, file),
    source: basename(file),
    delayDays,
    untilMs,
    speed,
    // A model from simulated history has seen none of the file's rows.
    qualityFromMs:
      model.trainingWindow.source === 'simulation' ? Number.NEGATIVE_INFINITY : Date.parse(model.createdAt),
    stopped: () => ending.interrupted || ending.failure !== undefined,
    onProgress: (sent, perSecond, eventTimeMs) =>
      progress.update(
        input.bytesRead(),
        input.totalBytes,
        `${sent.toLocaleString('en')} rows, ${Math.round(perSecond).toLocaleString('en')}/s, ` +
          `${new Date(eventTimeMs).toISOString().slice(0, 10)}`,
      ),
  });
  progress.end(ending.interrupted ? 'stopped early' : 'done');
  if (ending.failure) throw ending.failure;
  return report;
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
  const asked = await askedFor(options);
  const { kept, cards } = asked;
  const baseCurrency = baseCurrencyAsked(options.text('base-currency'));
  const rates = await ratesOfFile(options);
  const ofFile = await moneyOf(options, () => openInput(asked));
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'goshawk-replay-')));
  const ending = endOnSignal();
  try {
    const desk = await openDesk({
      dataDir,
      clock: systemClock,
      cards,
      ...(baseCurrency !== undefined && { baseCurrency }),
      presetBaseCurrency: ofFile.baseCurrency,
      firstModel: firstModelOf(asked, ofFile),
      onNotice: (message) => console.error(message),
      onFailure: (error) => {
        ending.failure = error;
      },
    });
    try {
      if (rates) await importRates(desk, basename(options.text('rates') ?? ''), rates);
      const model = desk.engine.inService.serving.champion.info.version;
      const report = await replayInto(desk, asked, ending);
      console.log(options.flag('json') ? JSON.stringify({ model, ...report }) : replayText(model, report));
    } finally {
      await desk.close();
    }
    if (kept !== undefined)
      console.error(`Kept in ${dataDir}; look at it: ./run.sh --no-simulator --data-dir ${dataDir}`);
  } finally {
    if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}
