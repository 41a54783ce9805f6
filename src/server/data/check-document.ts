// What a document would change of what serves: nothing is kept of it.
import { changesBetween, newHistories } from '../../features/catalogue-changes.ts';
import type { Desk } from '../../ports/desk.ts';
import type { CheckedDocument } from '../../ports/document-check.ts';
import type { CatalogueCheck } from '../../protocol/catalogue.ts';
import { touchedBy, usesOf } from './catalogue-uses.ts';

/** What a catalogue that is in order changes beside what serves now. */
export async function changeMessage(
  desk: Desk,
  ready: Extract<CheckedDocument, { ok: true }>,
): Promise<CatalogueCheck> {
  const serves = desk.catalogue.current();
  return {
    ok: true,
    problems: [],
    changes: [...changesBetween(serves, ready)],
    newHistories: newHistories(serves.catalogue, ready.catalogue).map(({ entity, features }) => ({
      entity,
      features: [...features],
      filled: desk.catalogue.fills,
    })),
    touched: touchedBy(await usesOf(desk), desk.catalogue, ready.catalogue),
    features: ready.catalogue.size,
    sentences: [...ready.sentences],
    catalogueHash: ready.catalogue.hash,
  };
}

export async function checkMessage(desk: Desk, json: unknown): Promise<CatalogueCheck> {
  const checked = await desk.catalogue.check(json);
  if (checked.ok) return changeMessage(desk, checked);
  const problems = checked.problems.map(({ pointer, message }) => ({ pointer, message }));
  return {
    ok: false,
    problems,
    changes: [],
    newHistories: [],
    touched: [],
    features: 0,
    sentences: [],
    catalogueHash: null,
  };
}
