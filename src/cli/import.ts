// ./goshawk import: files of a bank's past into a running desk: what was found in them, a trial of all rows, the import.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client/client.ts';
import { InputError } from '../domain/input-error.ts';
import { withValueAt } from '../domain/json-place.ts';
import type { FileImport, ImportedFile } from '../protocol/file-imports.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { USAGE_EXIT_CODE } from './last-resort.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';
import { createProgress } from './progress.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  url: URL_OPTION,
  detect: {
    type: 'boolean',
    help: 'say what was found, try every row, and import nothing (what happens where nothing else is said)',
  },
  accept: { type: 'boolean', help: 'import by the mapping that is proposed, where nothing has to be asked' },
  mapping: { type: 'string', value: 'FILE', help: 'import by this mapping instead (JSON, docs/data.md)' },
  answer: {
    type: 'string',
    value: 'PLACE=JSON',
    multiple: true,
    help: `what is asked, by its place: --answer '/fields/currency={"constant":"EUR"}'; several times`,
  },
  'delay-days': {
    type: 'string',
    value: 'N',
    default: '7',
    help: 'days until it was known what a payment turned out to be',
  },
  json: { type: 'boolean', help: 'as JSON' },
  help: { type: 'boolean', help: 'show this text' },
};
const USAGE = './goshawk import FILE… [--detect | --accept | --mapping FILE] [options]';
const ABOUT = `Brings files of a bank's past to a running desk: CSV, or a line of JSON each, plain or gzip. Every row is decided by the engine like any other,
in the order of time, each label once it would have been known; every row is told as decided, a repetition, or rejected with its line.
Where one must sign in, with the API key in GOSHAWK_API_KEY (permissions decide, label, read_identifiers).`;
const LOOK_MS = 250;
const LINES_SHOWN = 10;

type Desk = Pick<Client, 'call'>;

function withAnswers(
  mapping: Readonly<Record<string, unknown>>,
  answers: readonly string[],
): Readonly<Record<string, unknown>> {
  let answered = mapping;
  for (const answer of answers) {
    const [, pointer, value] = /^(\/[^=]*)=(.*)$/s.exec(answer) ?? [];
    if (pointer === undefined)
      throw new InputError(
        `--answer "${answer}" must be PLACE=JSON, such as /fields/type={"constant":"purchase"}.`,
      );
    try {
      answered = withValueAt(answered, pointer, (JSON.parse(value) as unknown) ?? undefined);
    } catch {
      throw new InputError(
        `--answer "${answer}": what comes after = is not JSON. A text stands in quotes: "UTC".`,
      );
    }
  }
  return answered;
}

async function bring(desk: Desk, path: string): Promise<ImportedFile> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) throw new InputError(`${path}: no such file.`);
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  return desk.call('takeFile', { query: { name: basename(path) }, body, type: 'application/octet-stream' });
}

async function ended(desk: Desk, begun: FileImport, what: string): Promise<FileImport> {
  const progress = createProgress(what);
  for (let one = begun; ; ) {
    progress.update(one.progress, 1, `${one.rows.toLocaleString('en')} rows`);
    if (one.state !== 'running') {
      progress.end(one.state);
      return one;
    }
    await sleep(LOOK_MS);
    one = await desk.call('getFileImport', { params: { id: one.id } });
  }
}

function columnsText({ detection }: ImportedFile, mapping: Readonly<Record<string, unknown>>): string {
  if (!detection) return 'Its rows are transactions as the API takes them: no mapping is needed.';
  const open = detection.questions.map(({ pointer, text, choices }) =>
    [
      `  ? ${text}`,
      `    --answer '${pointer}=…' with one of`,
      ...choices
        .slice(0, LINES_SHOWN)
        .map((choice) => `      ${JSON.stringify(choice.value)}  ${choice.text}`),
    ].join('\n'),
  );
  return [
    `Looked at the first ${detection.rows} rows. The mapping that is proposed:`,
    JSON.stringify(mapping, undefined, 2),
    ...detection.notes.map((note) => `  ! ${note}`),
    ...open,
  ].join('\n');
}

function reportText(one: FileImport): string {
  const count = (number: number): string => number.toLocaleString('en');
  const would = one.isTrial ? 'would be ' : '';
  return [
    `${count(one.rows)} rows: ${count(one.decided)} ${would}decided, ${count(one.repeated)} repetitions, ${count(one.rejected)} rejected.`,
    `Labels: ${count(one.frauds)} fraud, ${count(one.genuine)} genuine, ${count(one.unlabelled)} not known.${one.from ? ` From ${one.from} to ${one.until}.` : ''}`,
    ...one.problems
      .slice(0, LINES_SHOWN)
      .map(({ rows, firstLine, message }) => `  ${count(rows)} × as in line ${firstLine}: ${message}`),
    ...(one.problem === null ? [] : [`It ended early: ${one.problem}`]),
  ].join('\n');
}

/** What was asked and is not answered yet. */
function unanswered({ detection }: ImportedFile, answers: readonly string[]): readonly string[] {
  const places = new Set(answers.map((answer) => answer.slice(0, answer.indexOf('='))));
  return (detection?.questions ?? []).filter(({ pointer }) => !places.has(pointer)).map(({ text }) => text);
}

async function importOne(desk: Desk, path: string, options: Options): Promise<void> {
  const file = await bring(desk, path);
  const answers = options.texts('answer');
  const mappingFile = options.text('mapping');
  const isGiven = mappingFile !== undefined;
  const proposed = isGiven
    ? (JSON.parse(await readFile(mappingFile, 'utf8')) as Readonly<Record<string, unknown>>)
    : (file.detection?.mapping ?? {});
  const mapping = withAnswers(proposed, answers);
  const open = isGiven ? [] : unanswered(file, answers);
  const asJson = options.flag('json');
  const isImport = options.flag('accept') || (isGiven && !options.flag('detect'));
  if (!asJson) console.log(`${path}\n${columnsText(file, mapping)}`);
  if (open.length > 0) {
    if (asJson) console.log(JSON.stringify({ file: path, ...file, mapping, trial: null }));
    if (!isImport) return;
    throw new InputError(`${path}: this has to be said first: ${open.join(' ')} See --answer.`);
  }
  const body = {
    ...(file.detection && { mapping: JSON.stringify(mapping) }),
    trial: !isImport,
    delayDays: options.number('delay-days', 0, 365),
  };
  const begun = await desk.call('importFile', { params: { id: file.id }, body });
  const one = await ended(desk, begun, isImport ? 'Importing' : 'Trying');
  const { detection } = file;
  console.log(
    asJson
      ? JSON.stringify({ file: path, detection, mapping, [isImport ? 'import' : 'trial']: one })
      : reportText(one),
  );
  if (one.state !== 'done' || one.decided + one.repeated === 0) process.exitCode = 1;
}

export async function importCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('import', args, SPECS);
  if (options.flag('help')) {
    console.log(helpText(USAGE, ABOUT, SPECS));
    return;
  }
  if (options.positionals.length === 0 || (options.flag('accept') && options.flag('detect'))) {
    console.error(helpText(USAGE, ABOUT, SPECS));
    process.exitCode = USAGE_EXIT_CODE;
    return;
  }
  const desk = deskAt(options.text('url') ?? URL_OPTION.default);
  for (const path of options.positionals) await importOne(desk, path, options);
}
