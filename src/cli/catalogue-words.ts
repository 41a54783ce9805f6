// A catalogue, its problems and its changes, as the terminal tells them.
import type { Problem } from '../domain/problem.ts';
import type { Catalogue, CatalogueCheck, CatalogueVersion, FilledFrom } from '../protocol/catalogue.ts';
import { table } from './table.ts';

export type Changed = Pick<CatalogueCheck['changes'][number], 'part' | 'name' | 'change' | 'detail'>;

const WORDS = { added: '+', removed: '-', changed: '~' } as const;

export const problemWords = (file: string, problems: readonly Problem[]): string =>
  [
    `${file} is not in order: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`,
    ...problems.map(({ pointer, message }) => `  ${pointer || '/'}: ${message}`),
  ].join('\n');

/** What is another, a line each: "+ field customerId (id, personal: The customer)". */
export const changeWords = (changes: readonly Changed[]): string =>
  changes.length === 0
    ? '  nothing'
    : changes
        .map(
          ({ part, name, change, detail }) =>
            `  ${WORDS[change]} ${part} ${name}${detail ? ` (${detail})` : ''}`,
        )
        .join('\n');

/** What a document would change, and what stands in its way. */
export function checkWords({ changes, newHistories, touched }: CatalogueCheck): string {
  if (changes.length === 0) return 'It is what serves: nothing would change.';
  return [
    'Beside what serves it changes:',
    changeWords(changes),
    ...newHistories.map(
      ({ entity, features, filled }) =>
        `Histories of ${entity} that are not kept yet ${filled ? 'are filled with what was before' : 'begin empty'}, for ${features.join(', ')}.`,
    ),
    ...(touched.length === 0
      ? ['No rule and no model in service is touched.']
      : ['It cannot go live as it is:']),
    ...touched.map(({ problem }) => `  ${problem}`),
  ].join('\n');
}

export const filledWords = (version: number, filledFrom: readonly FilledFrom[]): string =>
  [
    `Version ${version} is in service.`,
    ...filledFrom.map(({ entity, features, offset, at }) => {
      const from = offset === null ? at : `record ${offset}, ${at}`;
      return `Histories of ${entity} begin with ${from}: what was before counts in none of ${features.join(', ')}.`;
    }),
  ].join('\n');

function versionWords({
  version,
  state,
  author,
  createdAt,
  note,
  problem,
  disabled,
}: CatalogueVersion): string {
  const who =
    version === 0 ? 'the catalogue of the program' : `version ${version} by ${author}, ${createdAt ?? ''}`;
  return [
    `${state}: ${who}${note ? `: ${note}` : ''}`,
    ...(problem === null ? [] : [`  It cannot be used: ${problem}`]),
    ...(disabled.length === 0 ? [] : [`  Switched off: ${disabled.join(', ')}`]),
  ].join('\n');
}

/** What serves, what is written, and the features with what reads them; those of one's own first. */
export function shownCatalogue({ live, draft, filling, features, fourEyes }: Catalogue): string {
  const rows = [...features]
    .sort((a, b) => Number(b.own) - Number(a.own))
    .map(({ name, own, entity, unit, disabled, meanMicros, rules, models, filledFrom }) => ({
      feature: name,
      of: own ? 'own' : 'program',
      entity,
      unit: unit ?? '',
      state: disabled ? 'off' : filledFrom ? `since ${filledFrom.at}` : 'on',
      micros: meanMicros === null ? '' : meanMicros.toFixed(2),
      rules: rules.join(' '),
      models: models.join(' '),
    }));
  return [
    versionWords(live),
    ...(filling ? [versionWords(filling)] : []),
    ...(draft ? [versionWords(draft)] : []),
    ...(fourEyes ? ['A second person puts a draft into service.'] : []),
    '',
    table(rows),
  ].join('\n');
}
