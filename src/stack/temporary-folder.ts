// A folder for servers that are thrown away.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One that PostgreSQL's account may pass through, so that its data is in there and goes with it. */
export function makeTemporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `goshawk-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}
