// A document with the feature that is being written, checked a moment after the last key: its problems by the fields of the form.
import { useDebouncedValue } from '@mantine/hooks';
import type { CatalogueCheck } from '../../../src/protocol/catalogue.ts';
import { useAnswer } from '../live/desk.ts';
import { placeWords, sent, type WholeDocument } from './document.ts';

const AFTER_MS = 300;

export type FeatureCheck = {
  /** What was checked; undefined while there is too little. */
  readonly document: WholeDocument | undefined;
  readonly ok: boolean;
  /** What is wrong with the feature, by what of it. */
  readonly places: ReadonlyMap<string, string>;
  /** What is wrong elsewhere because of it, with its place in words. */
  readonly elsewhere: readonly string[];
  /** What an analyst would read. */
  readonly sentence: string | undefined;
  readonly problem: string | undefined;
};

export function useFeatureCheck(now: WholeDocument | undefined, place: string, name: string): FeatureCheck {
  const [text] = useDebouncedValue(now && JSON.stringify(sent(now)), AFTER_MS);
  const document = text === undefined ? undefined : (JSON.parse(text) as WholeDocument);
  const { data, problem } = useAnswer(
    'checkCatalogue',
    document && { body: { document: sent(document) } },
    undefined,
    true,
  );
  return { document, problem, ...placed(document, data, place, name) };
}

function placed(
  document: WholeDocument | undefined,
  check: CatalogueCheck | undefined,
  place: string,
  name: string,
) {
  const places = new Map<string, string>();
  const elsewhere: string[] = [];
  if (!document || !check) return { ok: false, places, elsewhere, sentence: undefined };
  for (const { pointer, message } of check.problems) {
    if (pointer === place || pointer.startsWith(`${place}/`)) {
      const [field = 'name'] = pointer
        .slice(place.length + 1)
        .split('/')
        .filter(Boolean);
      if (!places.has(field)) places.set(field, message);
    } else elsewhere.push(`${placeWords(document, pointer)}: ${message}`);
  }
  const sentence = check.sentences.find((one) => one.name === name)?.text;
  return { ok: check.ok, places, elsewhere, sentence };
}
