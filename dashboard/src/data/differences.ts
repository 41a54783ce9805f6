// What one document says otherwise than another, part by part.
import type { CatalogueCheck } from '../../../src/protocol/catalogue.ts';
import type { WholeDocument } from './document.ts';

type Change = CatalogueCheck['changes'][number];
type Named = { readonly name: string; readonly description?: string };

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

function detailOf(was: Named, is: Named): string {
  const before = new Map<string, unknown>(Object.entries(was));
  const after = new Map<string, unknown>(Object.entries(is));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)))
    .map((key) => `${key} ${shown(before.get(key))} → ${shown(after.get(key))}`)
    .join('; ');
}

function ofPart(part: Change['part'], before: readonly Named[], after: readonly Named[]): Change[] {
  const was = new Map(before.map((one) => [one.name, one]));
  const is = new Set(after.map(({ name }) => name));
  return [
    ...after.flatMap((one): Change[] => {
      const old = was.get(one.name);
      if (!old) return [{ part, name: one.name, change: 'added', detail: one.description ?? '' }];
      const detail = detailOf(old, one);
      return detail === '' ? [] : [{ part, name: one.name, change: 'changed', detail }];
    }),
    ...before
      .filter(({ name }) => !is.has(name))
      .map(({ name }): Change => ({ part, name, change: 'removed', detail: '' })),
  ];
}

const standardOf = ({ standard }: WholeDocument): string =>
  typeof standard === 'string' ? standard : standard.join(', ');

export function differencesOf(before: WholeDocument, after: WholeDocument): readonly Change[] {
  const [was, is] = [before.data, after.data];
  const standard: readonly Change[] =
    standardOf(before) === standardOf(after)
      ? []
      : [
          {
            part: 'feature',
            name: 'of the program',
            change: 'changed',
            detail: `${standardOf(before)} → ${standardOf(after)}`,
          },
        ];
  return [
    ...ofPart('field', was.fields, is.fields),
    ...ofPart('entity', was.entities, is.entities),
    ...ofPart('event', was.events, is.events),
    ...ofPart('type', was.types, is.types),
    ...ofPart('channel', was.channels, is.channels),
    ...standard,
    ...ofPart('feature', before.features, after.features),
  ];
}
