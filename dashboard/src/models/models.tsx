// The models: the one in service, those that might follow it, side by side on the same labelled transactions.
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Model, Reviews } from '../../../src/protocol/models.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { Proposals } from '../proposals/index.ts';
import { Champion } from './champion.tsx';
import { ConfusionPanels } from './confusion-panels.tsx';
import { CostCurve } from './cost-curve.tsx';
import { DriftTable } from './drift-table.tsx';
import { ModelActions } from './model-actions.tsx';
import { ModelCurves } from './model-curves.tsx';
import { ModelHistory } from './model-history.tsx';
import { ModelTable } from './model-table.tsx';
import { MoveModel } from './move-model.tsx';
import { Outcomes } from './outcomes.tsx';
import { ReviewWork } from './review-work.tsx';
import { Unbiased } from './unbiased.tsx';

const MOST_COMPARED = 4;

export function Models() {
  const model = useLive((state) => state.model);
  const search = useSearch({ from: '/models' });
  const change = useChangeSearch<'/models'>();
  const listed = useAnswer('listModels', {}, 4000);
  const models = listed.data?.models ?? [];
  const champion = models.find(({ state }) => state === 'champion')?.version;
  const compared = comparedOf(models, search.compare);
  const versions = compared.join(',');
  const { data: reviews } = useAnswer(
    'reviewModels',
    versions ? { query: { versions } } : undefined,
    30_000,
    true,
  );
  const drift = useAnswer('measureDrift', champion ? {} : undefined, 30_000);
  const [moving, setMoving] = useState<Model>();
  const [stamp, setStamp] = useState(0);
  const moves = useMay('move_models');
  if (!model) return <Empty>Connecting to the desk …</Empty>;

  function lookAgain(): void {
    listed.again();
    setStamp((before) => before + 1);
  }

  function compare(version: string, on: boolean): void {
    const next = on
      ? [...compared, version].slice(-MOST_COMPARED)
      : compared.filter((name) => name !== version);
    change({ compare: next.join(',') || 'none' });
  }

  return (
    <>
      {moves && <Proposals of="models" stamp={stamp} onDecided={listed.again} />}
      <Champion model={model} models={models} />
      <ReviewWork model={model} />
      <Unbiased model={model} />
      <Panel title="All models" note={measuredText(reviews)}>
        <ModelActions listed={listed.data} problem={listed.problem} onActed={lookAgain} />
        <ModelTable
          models={models}
          reviews={reviews?.reviews ?? []}
          compared={compared}
          onCompare={compare}
          onMove={setMoving}
        />
      </Panel>
      {reviews && reviews.rows > 0 && reviews.reviews.length > 0 ? (
        <>
          <ModelCurves message={reviews} />
          <CostCurve key={reviews.reviews[0].version} message={reviews} />
        </>
      ) : (
        <Panel title="Curves">
          <Empty>
            {compared.length === 0
              ? 'Choose the models to compare.'
              : `Curves appear once decisions are ${model.maturityMinutes.toFixed(0)} minutes old and their labels known.`}
          </Empty>
        </Panel>
      )}
      <Outcomes />
      <DriftTable drift={drift.data} />
      <ConfusionPanels model={model} />
      <ModelHistory events={listed.data?.events ?? []} />
      {moving && <MoveModel model={moving} onClose={() => setMoving(undefined)} onMoved={lookAgain} />}
    </>
  );
}

/** What the figures of the table were measured on. */
const measuredText = (reviews: Reviews | undefined): string =>
  reviews?.from
    ? `figures on the same ${count(reviews.rows)} decisions, ${dateTime(reviews.from)} to ${dateTime(reviews.until)}; verdicts on ${percent(reviews.verdictShare)}, the others taken as genuine`
    : 'figures appear once decisions are old enough for their labels';

/** Those the address names; else the champion and whoever might follow it. */
function comparedOf(models: readonly Model[], named: string | undefined): string[] {
  if (named === 'none') return [];
  const there = new Set(models.map(({ version }) => version));
  if (named) return named.split(',').filter((version) => there.has(version));
  const order: readonly Model['state'][] = ['champion', 'challenger', 'shadow', 'candidate'];
  return order
    .flatMap((state) => models.filter((model) => model.state === state))
    .slice(0, MOST_COMPARED)
    .map(({ version }) => version);
}
