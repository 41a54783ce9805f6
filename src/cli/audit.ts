// ./goshawk audit verify: computes the chain of the audit trail again, of a desk that runs or not, or of a server's database.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPostgres } from '../adapters/postgres/session.ts';
import { type AuditAnchor, verifyAudit } from '../adapters/sql/audit.ts';
import type { Row } from '../adapters/sql/session.ts';
import { InputError } from '../domain/input-error.ts';
import { readAnchors } from '../runtimes/audit-anchors.ts';
import { openDataFolder } from './data-folder.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';

const SPECS: Readonly<Record<string, OptionSpec>> = {
  'data-dir': { type: 'string', value: 'DIR', default: './var', help: 'data folder of a desk' },
  database: { type: 'boolean', help: 'the PostgreSQL of DATABASE_URL instead' },
  anchors: {
    type: 'string',
    value: 'FILE',
    help: 'heads written down before, a line each: SEQ HASH (the folder’s own audit-heads.log is read anyway)',
  },
  help: { type: 'boolean', help: 'show this text' },
};
const ABOUT =
  'Reads the whole audit trail and computes every hash again: lines that were changed, taken out, put in or cut off are found. ' +
  'Keep the head it prints elsewhere: with --anchors even a trail that was written anew is found. Ends with 1 when something is wrong.';

export async function auditCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('audit', args, SPECS);
  const [action] = options.positionals;
  if (options.flag('help') || action !== 'verify') {
    console.log(helpText('./goshawk audit verify [options]', ABOUT, SPECS));
    if (!options.flag('help')) process.exitCode = 2;
    return;
  }
  const dataDir = options.text('data-dir') ?? './var';
  const anchorFile = options.text('anchors');
  const anchors: AuditAnchor[] = anchorFile ? [...anchorsOf(anchorFile)] : [];
  let query: (sql: string) => Promise<readonly Row[]>;
  let close: () => Promise<void>;
  if (options.flag('database')) {
    const url = process.env.DATABASE_URL;
    if (!url) throw new InputError('DATABASE_URL is not set; it names the PostgreSQL to verify.');
    const { session } = await openPostgres({ url });
    query = (sql) => session.query(sql, []);
    close = () => session.close();
  } else {
    anchors.push(...readAnchors(join(dataDir, 'audit-heads.log')));
    ({ query, close } = openDataFolder(dataDir));
  }
  try {
    const check = await verifyAudit(query, anchors);
    if (!check.ok) throw new InputError(`The audit trail is not what was written: ${check.problem}.`);
    const { lines, head } = check;
    console.log(
      `The audit trail is whole: ${lines.toLocaleString('en')} lines, ${anchors.length.toLocaleString('en')} heads written down before.`,
    );
    console.log(`Head: ${head.seq} ${head.hash}`);
  } finally {
    await close();
  }
}

function anchorsOf(file: string): readonly AuditAnchor[] {
  try {
    readFileSync(file);
  } catch (error) {
    throw new InputError(`--anchors: ${file} cannot be read (${(error as Error).message}).`);
  }
  return readAnchors(file);
}
