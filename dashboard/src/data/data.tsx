// Own data: what arrives and nobody declared, fields and entities, features, the draft and its versions.
import { SegmentedControl } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useChangeSearch } from '../kit/change-search.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { Toast } from '../kit/toast.tsx';
import { useAnswer } from '../live/desk.ts';
import { type Draft, useDraft } from './draft.ts';
import { DraftBar } from './draft-bar.tsx';
import { FeatureScreen } from './feature-screen.tsx';
import { FieldScreen } from './field-screen.tsx';
import { ImportScreen } from './import-screen.tsx';
import { Observed } from './observed.tsx';
import { PARTS, type Part } from './search.ts';
import { Versions } from './versions.tsx';

const OBSERVED_EVERY_MS = 10_000;

export function Data() {
  const draft = useDraft();
  const { part: asked, feature } = useSearch({ from: '/data' });
  const change = useChangeSearch<'/data'>();
  const observed = useAnswer('listObservedFields', {}, OBSERVED_EVERY_MS);
  const declared = new Set(draft.document?.data.fields.map(({ name }) => name));
  const arrived = observed.data?.fields.filter(({ name }) => !declared.has(name)).length ?? 0;
  const part: Part = asked ?? (feature === undefined ? 'observed' : 'features');
  const { say } = draft;
  const gone = useCallback(() => say(undefined), [say]);
  return (
    <>
      <div className="parts-of-settings">
        <SegmentedControl
          size="xs"
          aria-label="Data"
          data={[
            { value: 'observed', label: arrived > 0 ? `Observed (${arrived})` : 'Observed' },
            { value: 'import', label: 'Import' },
            { value: 'fields', label: 'Fields and entities' },
            { value: 'features', label: 'Features' },
            { value: 'versions', label: 'Versions' },
          ]}
          value={part}
          onChange={(value) =>
            change({ part: PARTS.find((one) => one === value), feature: undefined, edit: undefined })
          }
        />
      </div>
      <Problem text={draft.problem} />
      <DraftBar draft={draft} />
      {part === 'observed' && <Observed draft={draft} observed={observed} />}
      {part === 'import' && <ImportScreen draft={draft} />}
      {part === 'fields' && <Declared draft={draft} />}
      {part === 'features' && <FeatureScreen draft={draft} />}
      {part === 'versions' && <Versions draft={draft} />}
      <Toast said={draft.said} onGone={gone} />
    </>
  );
}

function Declared({ draft }: { readonly draft: Draft }) {
  const { document, isHidden } = draft;
  if (isHidden) {
    return (
      <Panel title="Fields and entities">
        <Empty>What is declared is hidden from roles that may not see identifiers.</Empty>
      </Panel>
    );
  }
  return document ? <FieldScreen draft={draft} document={document} /> : <Empty>Loading …</Empty>;
}
