// ./goshawk --version: what this program is, and which forms it writes and reads, for whoever runs two versions beside each other.
import { readFileSync } from 'node:fs';
import { CHECKPOINT_VERSION } from '../adapters/embedded/checkpoint.ts';
import { DOCUMENT_FORMAT } from '../features/document.ts';
import { MODEL_FORMAT } from '../models/model.ts';
import { MESSAGE_VERSION } from '../stream/message-codec.ts';
import { SCHEMA_VERSION } from '../stream/record-codec.ts';

const ROOT = new URL('../../', import.meta.url);

/** The text of a file beside the program; undefined where there is none. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, ROOT), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The commit this program is of: of a checkout, or what a build wrote down; undefined where neither is there. */
export function commitOf(read: (path: string) => string | undefined = textOf): string | undefined {
  const built = read('commit');
  if (built) return built;
  const head = read('.git/HEAD');
  const name = head?.startsWith('ref: ') ? head.slice('ref: '.length) : undefined;
  if (name === undefined) return head;
  const packed = read('.git/packed-refs')
    ?.split('\n')
    .find((line) => line.endsWith(` ${name}`));
  return read(`.git/${name}`) ?? packed?.split(' ')[0];
}

/** `wire` says the forms of what is served, by name. */
export function versionText(version: string, wire: Readonly<Record<string, string>>): string {
  const rows = [
    ['commit', commitOf() ?? 'not known'],
    ['Node.js', process.versions.node],
    ...Object.entries(wire),
    ['records on the stream', SCHEMA_VERSION],
    ['decisions on the stream', String(MESSAGE_VERSION)],
    ['histories of a desk', CHECKPOINT_VERSION],
    ['models', MODEL_FORMAT],
    ['catalogues', DOCUMENT_FORMAT],
  ];
  return [`goshawk ${version}`, ...rows.map(([name, value]) => `  ${name.padEnd(24)} ${value}`)].join('\n');
}
