// Checks of catalogue documents in threads of their own, with memory and time that end: one at a time, the others wait. Hundreds of
// expressions take a while to be read, and nobody's decision waits for it.
import { createHash } from 'node:crypto';
import { outlineOf } from '../features/catalogue-outline.ts';
import { checkedCatalogue } from '../features/checked-catalogue.ts';
import { exampleSentences } from '../features/example-sentences.ts';
import type { CheckedDocument, DocumentCheck } from '../ports/document-check.ts';
import { askThread } from './ask-thread.ts';
import { oneAtATime } from './one-at-a-time.ts';

const LONGEST_MS = 30_000;
const MOST_WAITING = 8;
/** Whoever checks a document files it next, and puts it into service. */
const REMEMBERED = 8;
/** A document of a few features is checked sooner than a thread is started. */
const SMALL_CHARACTERS = 4096;
const RESOURCES = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };
const WORKER = new URL('./document-check-worker.ts', import.meta.url);

const failed = (message: string): CheckedDocument => ({ ok: false, problems: [{ pointer: '', message }] });
const TOO_MUCH = 'Make it smaller: fewer features, shorter expressions.';

export async function checkInThread(json: unknown, longestMs = LONGEST_MS): Promise<CheckedDocument> {
  const answered = await askThread<CheckedDocument>(WORKER, json, RESOURCES, longestMs);
  switch (answered.kind) {
    case 'answer':
      return answered.answer;
    case 'late':
      return failed(`Its check took longer than ${longestMs / 1000} s. ${TOO_MUCH}`);
    case 'memory':
      return failed(`Its check takes more than ${RESOURCES.maxOldGenerationSizeMb} MB. ${TOO_MUCH}`);
    case 'ended':
      return failed('Its check ended without an answer. Try it again.');
  }
}

export function checkHere(json: unknown): CheckedDocument {
  const checked = checkedCatalogue(json);
  if (!checked.ok) return checked;
  const { document, catalogue } = checked;
  return { ok: true, document, catalogue: outlineOf(catalogue), sentences: exampleSentences(catalogue) };
}

export function createDocumentCheck(run: typeof checkInThread = checkInThread): DocumentCheck {
  const remembered = new Map<string, Promise<CheckedDocument>>();
  const inTurn = oneAtATime(MOST_WAITING, 'Other catalogue documents are being checked.', 2);
  return (json) => {
    const text = JSON.stringify(json) ?? '';
    if (text.length <= SMALL_CHARACTERS) return Promise.resolve(checkHere(json));
    const key = createHash('sha256').update(text).digest('base64');
    const known = remembered.get(key);
    if (known) return known;
    const found = inTurn(() => run(json));
    remembered.set(key, found);
    found.catch(() => remembered.delete(key));
    for (const [oldest] of remembered) {
      if (remembered.size <= REMEMBERED) break;
      remembered.delete(oldest);
    }
    return found;
  };
}
