// Heads of the audit trail, written down outside the database: whoever rewrites the trail there cannot rewrite these.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Boundary } from '../ports/boundary.ts';
import type { AuditTrail } from '../ports/office/audit.ts';

const EVERY_MS = 60_000;
const KEPT_BYTES = 4 << 20;

export type Anchors = { stop(): Promise<void> };

/** Writes the head into a file once a minute while it moves, and when it stops. */
export function keepAnchors(
  audit: AuditTrail,
  file: string,
  onNotice: (message: string) => void,
  boundary: Boundary,
): Anchors {
  let written = readAnchors(file).at(-1)?.seq ?? 0;
  let told = false;
  async function write(): Promise<void> {
    try {
      const { seq, hash } = await audit.head();
      if (seq === written) return;
      appendFileSync(file, `${seq} ${hash}\n`);
      written = seq;
      told = false;
    } catch (error) {
      if (!told)
        onNotice(`The head of the audit trail could not be written to ${file}: ${(error as Error).message}`);
      told = true;
    }
  }
  const stop = boundary.every('heads of the audit trail', EVERY_MS, write);
  return {
    async stop() {
      stop();
      await write();
    },
  };
}

/** What stands in a file of heads, a line each: number and hash. Of a very long one, the end. */
export function readAnchors(file: string): { seq: number; hash: string }[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8').slice(-KEPT_BYTES);
  return [...text.matchAll(/^(\d+) ([0-9a-f]{64})$/gm)].map(([, seq, hash]) => ({ seq: Number(seq), hash }));
}
