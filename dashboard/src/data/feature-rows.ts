// Features as the table shows them: those in service, and those that the draft adds, changes or takes away.
import type { Catalogue, CatalogueCheck, CatalogueFeature } from '../../../src/protocol/catalogue.ts';
import type { Feature, WholeDocument } from './document.ts';

export type FeatureRow = {
  readonly name: string;
  readonly own: boolean;
  readonly description: string | null;
  readonly entity: string;
  readonly unit: string | null;
  readonly window: string | null;
  /** What the draft does to it. */
  readonly change: 'added' | 'changed' | 'removed' | undefined;
  /** Undefined where it is not in service. */
  readonly served: CatalogueFeature | undefined;
  /** As the draft has it; undefined for those of the program, and those that fields are by themselves. */
  readonly definition: Feature | undefined;
  /** Of transactions, the share where it has a value. */
  readonly known: number | undefined;
};

const groupOf = ({ kind, entity = '' }: Feature): string =>
  kind === 'aggregate' ? entity : kind === 'encoded' ? 'category' : 'transaction';

export function rowsOf(
  catalogue: Catalogue,
  document: WholeDocument | undefined,
  check: CatalogueCheck | undefined,
  shares: ReadonlyMap<string, number>,
): readonly FeatureRow[] {
  const changes = new Map(
    check?.changes.filter(({ part }) => part === 'feature').map((one) => [one.name, one]),
  );
  const written = new Map(document?.features.map((one) => [one.name, one]));
  const served = catalogue.features.map((one): FeatureRow => {
    const { name, own, description, entity, unit, window } = one;
    const definition = written.get(name);
    return {
      name,
      own,
      description,
      entity,
      unit,
      window,
      change: changes.get(name)?.change,
      served: one,
      definition,
      known: shares.get(name),
    };
  });
  const inService = new Set(catalogue.features.map(({ name }) => name));
  const added = [...changes.values()].flatMap(({ name, change, detail }): readonly FeatureRow[] => {
    if (change !== 'added' || inService.has(name)) return [];
    const definition = written.get(name);
    return [
      {
        name,
        own: true,
        description: definition?.description ?? detail,
        entity: definition ? groupOf(definition) : 'transaction',
        unit: definition?.unit ?? null,
        window: definition?.window ?? null,
        change,
        served: undefined,
        definition,
        known: undefined,
      },
    ];
  });
  return [...added, ...served];
}

export type Shown = {
  readonly q: string | undefined;
  readonly kind: 'own' | 'standard' | undefined;
  readonly entity: string | undefined;
};

export function shownOf(rows: readonly FeatureRow[], { q, kind, entity }: Shown): readonly FeatureRow[] {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (kind !== undefined && row.own !== (kind === 'own')) return false;
    if (entity !== undefined && row.entity !== entity) return false;
    const text = `${row.name} ${row.description ?? ''} ${row.entity}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
