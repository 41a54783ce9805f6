// One feature: what it is, what an analyst reads, its values on stored transactions, what it costs, and who uses it.
import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useChangeSearch } from '../kit/change-search.ts';
import { useConfirm } from '../kit/dialog.tsx';
import { dateTime, words } from '../kit/format.ts';
import { Hidden } from '../kit/hidden.tsx';
import { LinkButton } from '../kit/link-button.tsx';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { sent, without } from './document.ts';
import { type Draft, wentLive } from './draft.ts';
import type { FeatureRow } from './feature-rows.ts';
import { Marks, micros } from './feature-table.tsx';
import { definitionOf, spanWords } from './feature-words.ts';

// Charts are fetched when there are values.
const ValuesOfFeature = lazy(async () => ({
  default: (await import('./feature-values.tsx')).ValuesOfFeature,
}));

export function FeaturePage(props: { readonly draft: Draft; readonly row: FeatureRow }) {
  const { draft, row } = props;
  const change = useChangeSearch<'/data'>();
  const { name, description, served } = row;
  return (
    <Panel
      title={words(name)}
      note={
        <span className="filters">
          <Acts draft={draft} row={row} />
          <Button size="compact-xs" variant="default" onClick={() => change({ feature: undefined })}>
            Close
          </Button>
        </span>
      }
    >
      <div className="feature-page" data-testid="feature-page">
        <div>
          <p className="feature-about">{description ?? <Hidden what="What it is" />}</p>
          <p className="filters">
            <code>features.{name}</code> <Marks row={row} />
          </p>
          <AboutFeature draft={draft} row={row} />
          {served && <Uses row={row} />}
        </div>
        <Values draft={draft} row={row} />
      </div>
    </Panel>
  );
}

function AboutFeature({ draft, row }: { readonly draft: Draft; readonly row: FeatureRow }) {
  const { definition, entity, window, unit, served } = row;
  const example = draft.check?.sentences.find(({ name }) => name === row.name)?.text;
  const inWords = definition && definitionOf(definition);
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['Definition', inWords === `${row.description}.` ? undefined : inWords],
    ['Where', definition?.where],
    ['An analyst reads', example ?? definition?.sentence],
    [
      'History of',
      entity === 'transaction' || entity === 'category' ? 'none: the transaction itself' : entity,
    ],
    ['Window', window && spanWords(window)],
    ['Unit', unit],
    ['Missing', served?.missing ?? definition?.missing],
    ['Cost', served?.meanMicros == null ? undefined : micros(served.meanMicros)],
    ['Knows what was since', served?.filledFrom ? dateTime(served.filledFrom.at) : undefined],
  ];
  return (
    <dl className="about">
      {facts.map(([name, text]) =>
        text ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

function Uses({ row }: { readonly row: FeatureRow }) {
  const { rules = [], models = [] } = row.served ?? {};
  return (
    <p className="filters">
      <span className="muted">Used by</span>
      {rules.map((rule) => (
        <LinkButton key={rule} size="compact-xs" variant="default" to="/rules" search={{ rule }}>
          rule {rule}
        </LinkButton>
      ))}
      {models.map((model) => (
        <LinkButton key={model} size="compact-xs" variant="default" to="/models">
          model {model}
        </LinkButton>
      ))}
      {rules.length + models.length === 0 && <span>nothing in service</span>}
    </p>
  );
}

function Acts({ draft, row }: { readonly draft: Draft; readonly row: FeatureRow }) {
  const { name, definition, served } = row;
  const change = useChangeSearch<'/data'>();
  const { ask, question } = useConfirm();
  const fail = (error: Error): void => draft.say({ text: error.message, bad: true });
  const canSwitch = served && draft.mayMove && draft.catalogue?.live.version !== 0;
  const on = served?.disabled === true;
  const switchIt = (): Promise<void> =>
    call('switchFeature', { params: { name }, body: { on } }).then(() => {
      wentLive();
      draft.say({ text: `${name} is ${on ? 'on' : 'off: its value is missing from the next decision on'}.` });
    }, fail);
  return (
    <>
      {definition && draft.mayEdit && (
        <>
          <Button size="compact-xs" variant="default" onClick={() => change({ edit: 'yes' })}>
            Change …
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() =>
              void draft.save(without('features', name), `${name} is taken out of the draft.`).then(() => {
                if (!served) change({ feature: undefined });
              }, fail)
            }
          >
            Remove
          </Button>
        </>
      )}
      {canSwitch && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() =>
            on
              ? void switchIt()
              : ask({
                  title: `Switch ${name} off?`,
                  about: 'Its value is missing from the next decision on; its history is kept.',
                  action: 'Switch off',
                  onYes: () => void switchIt(),
                })
          }
        >
          {on ? 'Switch on' : 'Switch off …'}
        </Button>
      )}
      {question}
    </>
  );
}

/** As it serves, or, where the draft has another one, as it would be. */
function Values({ draft, row }: { readonly draft: Draft; readonly row: FeatureRow }) {
  const { document, isHidden, mayEdit } = draft;
  const isOther = row.change === 'added' || row.change === 'changed';
  const { name } = row;
  const stored = useAnswer('getFeatureValues', isHidden || isOther ? undefined : { params: { name } });
  const preview = useAnswer(
    'previewFeature',
    isOther && document && mayEdit ? { body: { document: sent(document), feature: name } } : undefined,
  );
  if (isHidden) return <Empty>Values are hidden from roles that may not see identifiers.</Empty>;
  if (isOther && !mayEdit) return <Empty>Its values are here once it is live.</Empty>;
  const { data, problem } = isOther ? preview : stored;
  if (data)
    return (
      <Suspense fallback={<Empty>Loading …</Empty>}>
        <ValuesOfFeature values={data} />
      </Suspense>
    );
  return problem ? <Problem text={problem} /> : <Empty>Computing its values …</Empty>;
}
