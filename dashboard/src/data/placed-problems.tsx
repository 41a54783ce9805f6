// Problems of a document: each with its place in words, and a link where there is one.
import { Button } from '@mantine/core';
import { useChangeSearch } from '../kit/change-search.ts';
import { placeWords, type WholeDocument } from './document.ts';

type Place = { readonly pointer: string; readonly message: string };

const FEATURE = /^(?:\/document)?\/features\/(\d+)/;

export function PlacedProblems(props: {
  readonly problems: readonly Place[];
  /** What they are of, as it was sent. */
  readonly document: unknown;
  /** Where the named things can be opened: the draft. */
  readonly draft?: WholeDocument | undefined;
}) {
  const { document, problems, draft } = props;
  const change = useChangeSearch<'/data'>();
  const nameOf = (pointer: string): string | undefined => {
    const [, place] = FEATURE.exec(pointer) ?? [];
    return place === undefined ? undefined : draft?.features[Number(place)]?.name;
  };
  return (
    <ul className="placed">
      {problems.map(({ pointer, message }) => {
        const words = placeWords(document, pointer);
        const feature = nameOf(pointer);
        return (
          <li key={`${pointer} ${message}`} className="problem">
            {feature === undefined ? (
              words !== '' && <b>{words}: </b>
            ) : (
              <Button
                size="compact-xs"
                variant="default"
                mr={6}
                onClick={() => change({ part: 'features', feature, edit: 'yes' })}
              >
                {words}
              </Button>
            )}
            {message}
          </li>
        );
      })}
    </ul>
  );
}
