// ./goshawk dead-letters: what a running desk or server could not use, and what is in its quarantine.
import { InputError } from '../domain/input-error.ts';
import type { DeadLetterPage, DeadLetterRow } from '../protocol/dead-letters.ts';
import { askDesk, URL_OPTION } from './desk-api.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';

const ACTIONS = ['list', 'show', 'retry', 'discard'] as const;
const PAGE = 500;
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
  all: { type: 'boolean', help: 'retry, discard: every open one that the other options name' },
  json: { type: 'boolean', help: 'list, show: as JSON, a line each' },
  help: { type: 'boolean', help: 'show this text' },
};
const ABOUT = `list           the newest ones, a line each
show ID        one, with its record
retry ID …     try again: decided again, stored again or read again; what fails again stays, with the reason of now
discard ID …   let go of; their ids are spent
Asks a running desk or server; where one must sign in, with the API key in GOSHAWK_API_KEY (permissions read,
read_identifiers to see records, handle_dead_letters to try again and discard).`;

export async function deadLettersCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('dead-letters', args, SPECS);
  const [given, ...ids] = options.positionals;
  if (options.flag('help') || given === undefined) {
    console.log(helpText('./goshawk dead-letters list|show|retry|discard [ID …] [options]', ABOUT, SPECS));
    return;
  }
  const action = ACTIONS.find((known) => known === given);
  if (!action)
    throw new InputError(`There is no "dead-letters ${given}"; it is one of ${ACTIONS.join(', ')}.`);
  const url = options.text('url') ?? URL_OPTION.default;
  const filter = new URLSearchParams();
  const state = options.text('state');
  if (state !== undefined) filter.set('state', state);
  if (options.flag('quarantined')) filter.set('quarantined', 'true');
  if (action === 'list') return list(url, filter, options.number('limit', 1, 100_000), options.flag('json'));
  if (action === 'show') {
    if (ids.length !== 1) throw new InputError('Name one dead letter: ./goshawk dead-letters show ID');
    const letter = await askDesk<DeadLetterRow>(url, `/v1/dead-letters/${encodeURIComponent(ids[0])}`);
    console.log(options.flag('json') ? JSON.stringify(letter) : whole(letter));
    return;
  }
  if (options.flag('all') === ids.length > 0)
    throw new InputError(`Name the dead letters to ${action}, or --all of the open ones.`);
  if (!filter.has('state')) filter.set('state', 'open');
  const chosen = options.flag('all')
    ? (await pages(url, filter, Number.POSITIVE_INFINITY)).map(({ id }) => String(id))
    : ids;
  let failed = 0;
  for (const id of chosen) {
    try {
      const { state: now, detail } = await askDesk<{ state: string; detail?: string }>(
        url,
        `/v1/dead-letters/${encodeURIComponent(id)}/${action}`,
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
      );
      console.log(`${id}  ${now}${detail === undefined ? '' : `  ${detail}`}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed++;
      console.error(`${id}  ${error.message}`);
    }
  }
  if (chosen.length === 0) console.log('There are none.');
  if (failed > 0) throw new InputError(`${failed} of ${chosen.length} were refused.`);
}

async function pages(url: string, filter: URLSearchParams, most: number): Promise<DeadLetterRow[]> {
  const rows: DeadLetterRow[] = [];
  const query = new URLSearchParams(filter);
  while (rows.length < most) {
    query.set('limit', String(Math.min(PAGE, most - rows.length)));
    const page = await askDesk<DeadLetterPage>(url, `/v1/dead-letters?${query}`);
    rows.push(...page.items);
    if (page.nextCursor === null) break;
    query.set('cursor', String(page.nextCursor));
  }
  return rows;
}

async function list(url: string, filter: URLSearchParams, limit: number, asJson: boolean): Promise<void> {
  const rows = await pages(url, filter, limit);
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
