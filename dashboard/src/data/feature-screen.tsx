// Features: all of them in a table, and the one that is looked at or written above it.
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useChangeSearch } from '../kit/change-search.ts';
import { count } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';
import type { Draft } from './draft.ts';
import { FeatureForm } from './feature-form.tsx';
import { FeaturePage } from './feature-page.tsx';
import { type FeatureRow, rowsOf, shownOf } from './feature-rows.ts';
import { FeatureTable } from './feature-table.tsx';
import { KINDS } from './search.ts';

const SHARES_EVERY_MS = 60_000;
export const NEW = 'new';

export function FeatureScreen({ draft }: { readonly draft: Draft }) {
  const { catalogue, document, check } = draft;
  const { feature, edit, q, kind, entity } = useSearch({ from: '/data' });
  const change = useChangeSearch<'/data'>();
  const shares = useAnswer('listFeatureShares', {}, SHARES_EVERY_MS).data;
  const known = useMemo(() => new Map(shares?.features.map((one) => [one.name, one.known])), [shares]);
  const rows = useMemo(
    () => catalogue && rowsOf(catalogue, document, check, known),
    [catalogue, document, check, known],
  );
  if (!catalogue || !rows) return <Empty>Loading …</Empty>;
  const shown = shownOf(rows, { q, kind, entity });
  const opened = rows.find(({ name }) => name === feature);
  return (
    <>
      <Opened draft={draft} feature={feature} isEdited={edit !== undefined} row={opened} />
      <Panel
        title="Features"
        note={
          <span className="filters">
            <span>
              {shown.length === rows.length
                ? count(rows.length)
                : `${count(shown.length)} of ${count(rows.length)}`}
            </span>
            {draft.mayEdit && (
              <Button size="compact-xs" onClick={() => change({ feature: NEW, edit: undefined })}>
                New feature …
              </Button>
            )}
          </span>
        }
      >
        <div className="filters" style={{ marginBottom: 8 }}>
          <TextInput
            size="xs"
            w={220}
            aria-label="Search features"
            placeholder="Name or meaning"
            value={q ?? ''}
            onChange={(event) => change({ q: event.currentTarget.value || undefined })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Whose"
            data={[
              { value: 'all', label: 'All' },
              { value: 'own', label: 'Own' },
              { value: 'standard', label: 'Of the program' },
            ]}
            value={kind ?? 'all'}
            onChange={(value) => change({ kind: KINDS.find((one) => one === value) })}
          />
          <Select
            size="xs"
            w={150}
            clearable
            aria-label="Entity"
            placeholder="Any entity"
            data={[...new Set(rows.map((row) => row.entity))].sort()}
            value={entity ?? null}
            onChange={(value) => change({ entity: value ?? undefined })}
          />
        </div>
        <FeatureTable
          rows={shown}
          rowsCounted={shares?.rows ?? 0}
          open={feature}
          empty={
            kind === 'own' && rows.every(({ own }) => !own)
              ? 'No own features yet. Declare a field, or write a feature.'
              : 'No feature fits.'
          }
        />
      </Panel>
    </>
  );
}

function Opened(props: {
  readonly draft: Draft;
  readonly feature: string | undefined;
  readonly isEdited: boolean;
  readonly row: FeatureRow | undefined;
}) {
  const { draft, feature, row, isEdited } = props;
  const { document } = draft;
  if (feature === undefined) return null;
  if (feature === NEW) {
    return document && draft.mayEdit ? (
      <FeatureForm key={NEW} draft={draft} document={document} feature={undefined} />
    ) : null;
  }
  if (!row) {
    return (
      <Panel title={feature}>
        <Empty>There is no feature of this name, neither in service nor in the draft.</Empty>
      </Panel>
    );
  }
  if (isEdited && row.definition && document && draft.mayEdit)
    return <FeatureForm key={feature} draft={draft} document={document} feature={row.definition} />;
  return <FeaturePage key={feature} draft={draft} row={row} />;
}
