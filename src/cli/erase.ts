// ./goshawk erase: erases a person at a running desk or server; says before what would go, and afterwards what went.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../client/api.ts';
import { ACCOUNT_FIELD, ERASURE_KINDS, type ErasureKind, type PersonIdentifier } from '../domain/erasure.ts';
import { InputError } from '../domain/input-error.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  'dry-run': { type: 'boolean', help: 'say what would go and what stands in the way; change nothing' },
  reference: { type: 'string', value: 'TEXT', help: 'what the bank calls the request; it stays' },
  yes: { type: 'boolean', help: 'erase without asking: nothing brings it back' },
  url: URL_OPTION,
  json: { type: 'boolean', help: 'as JSON' },
  help: { type: 'boolean', help: 'show this text' },
};
const USAGE = './goshawk erase FIELD=VALUE … --reference TEXT [options]';
const ABOUT = `FIELD=VALUE    by what the person is named: accountId=DE89…, or a field of your own that is personal: customerId=c-77,
               customer.email=ann@example.com. A record that states one of them is theirs
list           the erasures that were asked for
show ID        how far one is
Identifiers and everything personal go, decisions, amounts, times and scores stay (docs/data.md#erasing-a-person). Asks a
running desk or server; where one must sign in, with the API key in GOSHAWK_API_KEY (permissions erase_people, read_identifiers).`;

const LOOK_MS = 500;

const KIND_WORDS: Readonly<Record<ErasureKind, string>> = {
  transactions: 'transactions',
  alerts: 'alerts',
  events: 'events',
  deadLetters: 'dead letters',
  notes: 'notes',
  files: 'files',
  cases: 'cases',
  mentions: 'rows elsewhere that named them',
  auditLines: 'lines of the audit trail',
  histories: 'histories',
  records: 'records of the log',
};

const countWords = (counts: Partial<Readonly<Record<ErasureKind, number>>>): string =>
  ERASURE_KINDS.flatMap((kind) => {
    const count = counts[kind];
    return count === undefined ? [] : `  ${String(count).padStart(9)}  ${KIND_WORDS[kind]}`;
  }).join('\n');

type Desk = ReturnType<typeof deskAt>;
type Erasure = Answer<'getErasure'>;

const erasureWords = ({ id, reference, token, askedBy, askedAt, doneAt, step, trouble }: Erasure): string =>
  `${id}  ${reference}  ${token}  asked for by ${askedBy} at ${askedAt}  ${doneAt === null ? `under way (${step})` : `done at ${doneAt}`}` +
  (trouble === null ? '' : `\n   ${trouble}; tried again`);

function planWords({ counts, holds, related, isComplete }: Answer<'planErasure'>): string {
  return [
    `Would go${isComplete ? '' : ', at least (there is more to look through than anybody waits for)'}:`,
    countWords(counts),
    ...(related.length === 0 ? [] : ['Named beside them in these records; name what is theirs as well:']),
    ...related.map(({ field, value, records }) => `  ${field}=${value}  in ${records}`),
    ...(holds.length === 0 ? ['Nothing stands in the way.'] : ['Before that, somebody has to']),
    ...holds.map(({ todo }) => `  ${todo}`),
  ].join('\n');
}

function personIn(names: readonly string[]): readonly PersonIdentifier[] {
  return names.map((name) => {
    const at = name.indexOf('=');
    if (at < 1 || at === name.length - 1)
      throw new InputError(
        `"${name}" is no FIELD=VALUE, such as ${ACCOUNT_FIELD}=DE89…. See ./goshawk erase --help`,
      );
    return { field: name.slice(0, at), value: name.slice(at + 1) };
  });
}

async function untilDone(desk: Desk, begun: Erasure, isQuiet: boolean): Promise<Erasure> {
  let said = '';
  for (let now = begun; ; now = await desk.call('getErasure', { params: { id: begun.id } })) {
    if (now.doneAt !== null) return now;
    const words = now.trouble ?? now.step;
    if (words !== said && !isQuiet) console.error(`… ${words}`);
    said = words;
    await sleep(LOOK_MS);
  }
}

async function erase(
  desk: Desk,
  person: readonly PersonIdentifier[],
  options: ReturnType<typeof readOptions>,
) {
  const asJson = options.flag('json');
  const named = person.map((one) => ({ ...one }));
  const reference = options.text('reference');
  if (options.flag('dry-run') || !options.flag('yes')) {
    const plan = await desk.call('planErasure', { body: { person: named } });
    console.log(asJson ? JSON.stringify(plan) : planWords(plan));
    if (!options.flag('dry-run'))
      throw new InputError(
        'Nothing was changed. To erase: the same with --reference TEXT --yes. Nothing brings it back.',
      );
    return;
  }
  if (reference === undefined)
    throw new InputError(
      'Say what the bank calls the request: --reference TEXT. It stays, and must not name the person.',
    );
  const begun = await desk.call('erasePerson', { body: { person: named, reference } });
  const done = await untilDone(desk, begun, asJson);
  console.log(
    asJson
      ? JSON.stringify(done)
      : `Erased, as erasure ${done.id}; ${done.token} stands for them in the audit trail.\n${countWords(done.counts)}`,
  );
}

export async function eraseCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('erase', args, SPECS);
  const [action, id, ...more] = options.positionals;
  if (options.flag('help') || action === undefined) {
    console.log(helpText(USAGE, ABOUT, SPECS));
    return;
  }
  const desk = deskAt(options.text('url') ?? URL_OPTION.default);
  const asJson = options.flag('json');
  if (action === 'list' && id === undefined) {
    const { items } = await desk.call('listErasures');
    const words = items.length === 0 ? 'No erasure was asked for.' : items.map(erasureWords).join('\n');
    console.log(asJson ? JSON.stringify(items) : words);
  } else if (action === 'show' && id !== undefined && more.length === 0) {
    if (!/^[1-9]\d{0,14}$/.test(id)) throw new InputError(`"${id}" is no number of an erasure.`);
    const found = await desk.call('getErasure', { params: { id: Number(id) } });
    console.log(asJson ? JSON.stringify(found) : `${erasureWords(found)}\n${countWords(found.counts)}`);
  } else await erase(desk, personIn(options.positionals), options);
}
