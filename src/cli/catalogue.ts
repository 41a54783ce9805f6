// ./goshawk catalogue: own fields, entities and features as a file: checked without a desk, compared with what serves, put into service.
import { writeFile } from 'node:fs/promises';
import type { Client } from '../client/client.ts';
import { InputError } from '../domain/input-error.ts';
import { changesBetween } from '../features/catalogue-changes.ts';
import { type CheckedCatalogue, documentText, STANDARD_READY } from '../features/checked-catalogue.ts';
import { checkedFile } from './catalogue-file.ts';
import { endFilling, untilFilled } from './catalogue-filling.ts';
import {
  type Changed,
  changeWords,
  checkWords,
  filledWords,
  problemWords,
  shownCatalogue,
} from './catalogue-words.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { USAGE_EXIT_CODE } from './last-resort.ts';
import { helpText, type OptionSpec, type Options, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  url: URL_OPTION,
  live: { type: 'boolean', help: 'apply: puts it into service, too' },
  note: { type: 'string', value: 'TEXT', help: 'apply: why, for colleagues and the audit trail' },
  standard: { type: 'boolean', help: 'export: the catalogue of the program, without asking a desk' },
  json: { type: 'boolean', help: 'as JSON' },
  help: { type: 'boolean', help: 'show this text' },
};
const USAGE =
  './goshawk catalogue show | check FILE | diff FILE | apply FILE | cancel | export [FILE] [options]';
const ABOUT = `show           what serves: the versions, own features, and what reads them
check FILE     whether a document is in order, with every problem and its place; asks no desk
diff FILE      what a document would change of what serves, in words: what begins anew, which rules and models it touches
apply FILE     files a document as the draft; with --live it goes into service (by a second person where two are asked for), as
               soon as its histories are filled with what was before; that goes on where this command is ended
cancel         ends the filling of a version: what serves goes on
export [FILE]  writes the document that serves into a file, or to the terminal
The document is described in docs/data.md. All but check ask a running desk or server; where one must sign in, with the API key in
GOSHAWK_API_KEY (permissions read, read_identifiers; edit_data for apply, approve_data for --live).`;

/** What was asked for wrongly: told, and the command ends with its code. */
function wrongly(told: string): void {
  console.error(told);
  process.exitCode = USAGE_EXIT_CODE;
}

/** The document of a file; undefined where it is none, and its problems are told. */
async function documentIn(file: string): Promise<Extract<CheckedCatalogue, { ok: true }> | undefined> {
  let checked: CheckedCatalogue;
  try {
    checked = await checkedFile(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    wrongly(`goshawk: ${error.message}`);
    return undefined;
  }
  if (checked.ok) return checked;
  wrongly(problemWords(file, checked.problems));
  return undefined;
}

async function check(file: string, asJson: boolean): Promise<void> {
  const checked = await documentIn(file);
  if (!checked) return;
  const changes: readonly Changed[] = changesBetween(STANDARD_READY, checked);
  if (asJson) console.log(JSON.stringify({ ok: true, changes }));
  else
    console.log(`${file} is in order. Beside the program's own catalogue it has:\n${changeWords(changes)}`);
}

type Desk = Pick<Client, 'call'>;

async function diff(file: string, desk: Desk, asJson: boolean): Promise<void> {
  const checked = await documentIn(file);
  if (!checked) return;
  const found = await desk.call('checkCatalogue', { body: { document: wire(checked) } });
  if (!found.ok) return wrongly(problemWords(file, found.problems));
  console.log(asJson ? JSON.stringify(found) : checkWords(found));
}

async function apply(file: string, desk: Desk, options: Options): Promise<void> {
  const checked = await documentIn(file);
  if (!checked) return;
  const document = wire(checked);
  const found = await desk.call('checkCatalogue', { body: { document } });
  if (!found.ok) return wrongly(problemWords(file, found.problems));
  const asJson = options.flag('json');
  if (found.changes.length === 0) {
    console.log(asJson ? JSON.stringify({ changes: [] }) : 'It is what serves: nothing is changed.');
    return;
  }
  const { draft } = await desk.call('getCatalogue');
  const note = options.text('note');
  const { version } = await desk.call('writeCatalogueDraft', {
    body: { document, seen: draft?.version ?? null, ...(note !== undefined && { note }) },
  });
  if (!asJson) console.log(`${checkWords(found)}\nFiled as the draft, version ${version}.`);
  if (!options.flag('live')) {
    console.log(asJson ? JSON.stringify({ version, check: found }) : LIVE_BY);
    return;
  }
  const moved = await desk.call('moveCatalogue', {
    body: { version, state: 'live', ...(note !== undefined && { note }) },
  });
  if (moved.state === 'filling') await untilFilled(desk, version);
  console.log(
    asJson
      ? JSON.stringify({ check: found, ...moved, state: 'live', filling: null })
      : filledWords(moved.version, moved.filledFrom),
  );
}

async function cancel(desk: Desk, asJson: boolean): Promise<void> {
  const version = await endFilling(desk);
  console.log(
    asJson ? JSON.stringify({ version }) : `Version ${version} is not filled any more; what serves goes on.`,
  );
}

const LIVE_BY = 'It goes into service with --live, or in the browser under Data.';

/** As it goes over the wire. */
const wire = ({ document }: Extract<CheckedCatalogue, { ok: true }>) => JSON.parse(JSON.stringify(document));

async function exported(file: string | undefined, desk: Desk, ofProgram: boolean): Promise<void> {
  const version = ofProgram ? undefined : (await desk.call('getCatalogue')).live.version;
  const document =
    version === undefined
      ? STANDARD_READY.document
      : (await desk.call('getCatalogueVersion', { params: { version } })).document;
  const text = documentText(document);
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'EEXIST' ? 'is there already; name another file' : `cannot be written: ${error.message}`;
    throw new InputError(`${file} ${why}`);
  });
  console.log(
    version === undefined ? `${file}: the catalogue of the program` : `${file}: version ${version}`,
  );
}

export async function catalogueCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('catalogue', args, SPECS);
  const [action, file, ...more] = options.positionals;
  if (options.flag('help')) {
    console.log(helpText(USAGE, ABOUT, SPECS));
    return;
  }
  const asJson = options.flag('json');
  const desk = deskAt(options.text('url') ?? URL_OPTION.default);
  if (more.length === 0) {
    if (action === 'show' && file === undefined) {
      const catalogue = await desk.call('getCatalogue');
      console.log(asJson ? JSON.stringify(catalogue) : shownCatalogue(catalogue));
      return;
    }
    if (action === 'check' && file !== undefined) return check(file, asJson);
    if (action === 'diff' && file !== undefined) return diff(file, desk, asJson);
    if (action === 'apply' && file !== undefined) return apply(file, desk, options);
    if (action === 'cancel' && file === undefined) return cancel(desk, asJson);
    if (action === 'export') return exported(file, desk, options.flag('standard'));
  }
  wrongly(helpText(USAGE, ABOUT, SPECS));
}
