// What a coming catalogue needs of the past: the histories that nobody keeps yet, and the values that its new features would have
// had. The same parts compute it as when it serves.
import type { Catalogue, CatalogueFeature } from './catalogue.ts';
import { usesOf } from './check-document.ts';
import { placedIn } from './compile.ts';
import { computation } from './computation.ts';
import type { CatalogueDocument } from './document.ts';
import { expressionsOf } from './expression-environment.ts';
import type { HistoryPart } from './history-part.ts';
import { historyParts } from './history-parts.ts';
import { rowFeatures } from './row-features.ts';

export type FilledFeature = Pick<CatalogueFeature, 'name' | 'hash'> & {
  /** In a vector of the coming catalogue. */
  readonly place: number;
};

/** What is there already. */
export type Present = {
  readonly stores: ReadonlySet<string>;
  has(name: string, hash: string): boolean;
};

export type Filling = Pick<Catalogue, 'observe' | 'observeEvent' | 'applyLabel' | 'size' | 'createState'> & {
  /** The histories that are filled. */
  readonly stores: readonly string[];
  /** Those that are gone through: they and the ones that new features read. */
  readonly replayed: readonly string[];
  /** The features that are computed for the past. Fitted categories are not: a model fills them when it is asked. */
  readonly lacking: readonly FilledFeature[];
  /** Whether `observe` must find in `out` what the past has of other features. */
  readonly usesStored: boolean;
  /** Whether a label changes any of the histories. */
  readonly labels: boolean;
};

export function presentIn({ stores, features }: Pick<Catalogue, 'stores' | 'features'>): Present {
  const hashes = new Map(features.map(({ name, hash }) => [name, hash]));
  return {
    stores: new Set(stores.map(({ id }) => id)),
    has: (name, hash) => hashes.get(name) === hash,
  };
}

/** Whether anything has to be filled before the catalogue can serve. */
export const needsFilling = ({ stores, lacking }: Pick<Filling, 'stores' | 'lacking'>): boolean =>
  stores.length > 0 || lacking.length > 0;

/** Features of the record alone that are wanted, and those that they use. */
function rowsFor(wanted: readonly string[], uses: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const used of uses.get(name) ?? []) add(used);
  };
  for (const name of wanted) add(name);
  return found;
}

const NOTHING_OFF: ReadonlySet<number> = new Set();

/** `catalogue` is what the document is compiled to. */
export function compileFilling(document: CatalogueDocument, catalogue: Catalogue, present: Present): Filling {
  const { data } = document;
  const { size, features } = catalogue;
  const placed = placedIn(document);
  const places = new Map(features.map(({ name }, place) => [name, place]));
  const encoded = new Set(catalogue.categories.map(({ slot }) => slot));
  const lacking = features.flatMap(({ name, hash }, place) =>
    present.has(name, hash) || encoded.has(place) ? [] : [{ name, hash, place }],
  );
  const isLacking = new Set(lacking.map(({ name }) => name));
  const stores = [...new Set(catalogue.stores.map(({ id }) => id))].filter((id) => !present.stores.has(id));
  const missing = new Set(stores);
  // A history that is kept already is gone through again where a feature is new that reads it.
  const read = (part: HistoryPart): readonly string[] =>
    part.layout.aggregates.map(({ aggregate }) => aggregate.feature.name);
  const all = historyParts(data, placed, NOTHING_OFF);
  const wanted = new Set(
    all
      .filter((part) => missing.has(part.layout.id) || read(part).some((name) => isLacking.has(name)))
      .map(({ layout }) => layout.id),
  );
  const parts = all.filter(({ layout }) => wanted.has(layout.id));

  const isRow = new Set(
    placed
      .filter(({ definition: { kind } }) => kind === 'field' || kind === 'expression')
      .map(({ definition }) => definition.name),
  );
  const uses = usesOf(
    placed.map(({ definition }) => definition),
    expressionsOf(data, places),
  );
  const needed = rowsFor(
    lacking.map(({ name }) => name).filter((name) => isRow.has(name)),
    uses,
  );
  const rows = rowFeatures(data, placed, places).filter(({ slot }) => needed.has(features[slot].name));
  const computed = new Set([...isRow, ...parts.flatMap(read)]);
  const { observe, observeEvent, applyLabel } = computation(parts, rows, size, () => undefined);
  return {
    size,
    createState: catalogue.createState,
    stores,
    replayed: [...new Set(parts.map(({ layout }) => layout.id))],
    lacking,
    usesStored: [...needed].some((name) => !computed.has(name)),
    labels: parts.some(({ keeps, layout }) => keeps && layout.frauds),
    observe,
    applyLabel,
    ...(observeEvent && { observeEvent }),
  };
}
