// ./goshawk dead-letters: what a running desk or server could not use, and what is in its quarantine.
import { readFileSync } from 'node:fs';
import type { Client } from '../client/client.ts';
import { DEAD_LETTER_STATES } from '../domain/dead-letter.ts';
import { InputError } from '../domain/input-error.ts';
import type { DeadLetterPage, DeadLetterRow, LetterMend, listDeadLetters } from '../protocol/dead-letters.ts';
import type { QueryOf } from '../protocol/operation.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';

const ACTIONS = ['list', 'show', 'retry', 'mend', 'discard'] as const;
const PAGE = 500;
/** As many as the API takes at once. */
const MOST_LETTERS = 200;
const SPECS: Readonly<Record<string, OptionSpec>> = {
  url: URL_OPTION,
  state: {
    type: 'string',
    value: 'STATE',
    help: 'list, retry, discard: only open, retrying, resolved or discarded ones',
  },
  quarantined: {
    type: 'boolean',
    help: 'list, retry, discard: only what was accepted and could not be dealt with',
  },
  limit: { type: 'string', value: 'N', default: '50', help: 'list: at most so many' },
  all: { type: 'boolean', help: 'retry, mend, discard: every open one that the other options name' },
  record: {
    type: 'string',
    value: 'FILE',
    help: 'mend: the whole record as it should have been, as JSON; - for standard input',
  },
  set: {
    type: 'string',
    value: 'POINTER=JSON',
    help: 'mend: one field of each, as in /currency=\'"EUR"\'; with nothing after = it is taken out',
  },
  json: { type: 'boolean', help: 'list, show: as JSON, a line each' },
  help: { type: 'boolean', help: 'show this text' },
};
const ABOUT = `list           the newest ones, a line each
show ID        one, with its record
retry ID …     try again: decided again, stored again or read again; what fails again stays, with the reason of now
mend ID …      another text takes the place of what was sent, and is tried: of one by --record, of many alike by --set
discard ID …   let go of; their ids are spent
Asks a running desk or server; where one must sign in, with the API key in GOSHAWK_API_KEY (permissions read,
read_identifiers to see and mend records, handle_dead_letters to try again, mend and discard).`;

export async function deadLettersCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('dead-letters', args, SPECS);
  const [given, ...ids] = options.positionals;
  if (options.flag('help') || given === undefined) {
    console.log(
      helpText('./goshawk dead-letters list|show|retry|mend|discard [ID …] [options]', ABOUT, SPECS),
    );
    return;
  }
  const action = ACTIONS.find((known) => known === given);
  if (!action)
    throw new InputError(`There is no "dead-letters ${given}"; it is one of ${ACTIONS.join(', ')}.`);
  const { call } = deskAt(options.text('url') ?? URL_OPTION.default);
  const filter = filterOf(options);
  if (action === 'list') return list(call, filter, options.number('limit', 1, 100_000), options.flag('json'));
  if (action === 'show') {
    if (ids.length !== 1) throw new InputError('Name one dead letter: ./goshawk dead-letters show ID');
    const letter = await call('getDeadLetter', { params: { id: idOf(ids[0]) } });
    console.log(options.flag('json') ? JSON.stringify(letter) : whole(letter));
    return;
  }
  if (options.flag('all') === ids.length > 0)
    throw new InputError(`Name the dead letters to ${action}, or --all of the open ones.`);
  const chosen = options.flag('all')
    ? (await pages(call, { state: 'open', ...filter }, Number.POSITIVE_INFINITY)).map(({ id }) => id)
    : ids.map(idOf);
  if (action === 'mend') return mend(call, chosen, options);
  await eachOf(chosen, async (id) => {
    if (action === 'discard') return (await call('discardDeadLetter', { params: { id } })).state;
    const { state, detail } = await call('retryDeadLetter', { params: { id } });
    return detail === undefined ? state : `${state}  ${detail}`;
  });
}

/** One by its whole record, or each by the same change of a field. */
async function mend(call: Call, ids: readonly number[], options: Options): Promise<void> {
  const [file, change] = [options.text('record'), options.text('set')];
  if ((file === undefined) === (change === undefined))
    throw new InputError(
      'Say what takes the place of what was sent: --record FILE of one, or --set POINTER=JSON of many.',
    );
  if (change !== undefined) return mendAlike(call, ids, changeOf(change));
  if (file === undefined || ids.length !== 1)
    throw new InputError(
      'A whole record mends one dead letter: name it, or change a field of many with --set.',
    );
  const record = textOf(file);
  await eachOf(ids, async (id) => {
    const { state, detail } = await call('mendDeadLetter', { params: { id }, body: { record } });
    return detail === undefined ? state : `${state}  ${detail}`;
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function changeOf(text: string): LetterMend {
  const at = text.indexOf('=');
  if (!text.startsWith('/') || at < 0)
    throw new InputError(
      `--set is a JSON pointer, = and a JSON value, as in /currency='"EUR"'; not "${text}".`,
    );
  return { pointer: text.slice(0, at), value: text.slice(at + 1) };
}

async function mendAlike(call: Call, ids: readonly number[], change: LetterMend): Promise<void> {
  let refused = 0;
  for (let from = 0; from < ids.length; from += MOST_LETTERS) {
    const some = ids.slice(from, from + MOST_LETTERS);
    const { results } = await call('retryDeadLetters', { body: { ids: some, mend: change } });
    for (const { id, outcome, detail, problems = [] } of results) {
      const places = problems.map(({ pointer, message }) => `\n  ${pointer || '-'}  ${message}`).join('');
      if (outcome !== 'refused') console.log(`${id}  ${outcome}  ${detail}`);
      else {
        refused++;
        console.error(`${id}  ${detail}${places}`);
      }
    }
  }
  if (ids.length === 0) console.log('There are none.');
  if (refused > 0) throw new InputError(`${refused} of ${ids.length} were refused.`);
}

type Call = Client['call'];
type Filter = Pick<QueryOf<typeof listDeadLetters>, 'state' | 'quarantined'>;

function filterOf(options: Options): Filter {
  const given = options.text('state');
  const state = DEAD_LETTER_STATES.find((known) => known === given);
  if (given !== undefined && state === undefined)
    throw new InputError(`--state is one of ${DEAD_LETTER_STATES.join(', ')}.`);
  return { ...(state && { state }), ...(options.flag('quarantined') && { quarantined: true }) };
}

function idOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InputError(`"${text}" is no number of a dead letter.`);
  return Number(text);
}

/** What is refused costs itself; the others are done. */
async function eachOf(ids: readonly number[], handle: (id: number) => Promise<string>): Promise<void> {
  let failed = 0;
  for (const id of ids) {
    try {
      console.log(`${id}  ${await handle(id)}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed++;
      console.error(`${id}  ${error.message}`);
    }
  }
  if (ids.length === 0) console.log('There are none.');
  if (failed > 0) throw new InputError(`${failed} of ${ids.length} were refused.`);
}

async function pages(call: Call, filter: Filter, most: number): Promise<DeadLetterRow[]> {
  const rows: DeadLetterRow[] = [];
  let cursor: number | null = null;
  do {
    const limit = Math.min(PAGE, most - rows.length);
    const page: DeadLetterPage = await call('listDeadLetters', {
      query: { ...filter, limit, ...(cursor !== null && { cursor }) },
    });
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < most);
  return rows;
}

async function list(call: Call, filter: Filter, limit: number, asJson: boolean): Promise<void> {
  const rows = await pages(call, filter, limit);
  for (const row of rows) console.log(asJson ? JSON.stringify(row) : line(row));
  if (rows.length === 0 && !asJson) console.log('There are none.');
}

const line = ({ id, receivedAt, state, step, source, problems, times }: DeadLetterRow): string =>
  `${String(id).padStart(6)}  ${receivedAt}  ${state.padEnd(9)}  ${(step ?? 'refused').padEnd(10)}  ${source}: ${problems[0]?.message ?? ''}${times > 1 ? ` (${times} times)` : ''}`;

const whole = (row: DeadLetterRow): string =>
  [
    line(row),
    ...(row.transactionId === undefined
      ? []
      : [`${row.kind} ${row.transactionId} of account ${row.accountId}`]),
    ...(row.changedBy === null ? [] : [`changed by ${row.changedBy} at ${row.changedAt}`]),
    ...row.problems.map(({ pointer, message }) => `  ${pointer || '-'}  ${message}`),
    row.raw ?? 'The record itself is hidden from this key: it lacks read_identifiers.',
  ].join('\n');
