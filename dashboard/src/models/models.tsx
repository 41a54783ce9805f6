// The models: the one in service, those that might follow it, side by side on the same labelled transactions.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Model } from '../../../src/protocol/models.ts';
import { count, dateTime, percent, words } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { Proposals } from '../proposals/index.ts';
import { AskName } from './ask-name.tsx';
import { CostCurve } from './cost-curve.tsx';
import { DriftTable } from './drift-table.tsx';
import { ModelCurves } from './model-curves.tsx';
import { ModelTable } from './model-table.tsx';
import { MoveModel } from './move-model.tsx';
import { Outcomes } from './outcomes.tsx';
import { ConfusionMatrix, QualityFiguresRow, trainedText } from './quality.tsx';

const MOST_COMPARED = 4;
const ACTIONS = {
  retrainModel: {
    title: 'Train a candidate',
    about:
      'Learns from the decisions whose labels are in, with the features that they were made with. It is filed as a candidate and decides nothing.',
    action: 'Train',
  },
  rollBackModel: {
    title: 'Roll back',
    about: 'The champion before this one decides again, from the next batch on.',
    action: 'Roll back',
  },
} as const;

export function Models() {
  const model = useLive((state) => state.model);
  const { query } = useRoute();
  const listed = useAnswer('listModels', {}, 4000);
  const models = listed.data?.models ?? [];
  const champion = models.find(({ state }) => state === 'champion')?.version;
  const compared = comparedOf(models, query.get('compare'));
  const reviews = useAnswer(
    'reviewModels',
    compared.length > 0 ? { query: { versions: compared.join(',') } } : undefined,
    30_000,
    true,
  );
  const drift = useAnswer('measureDrift', champion ? {} : undefined, 30_000);
  const [moving, setMoving] = useState<Model>();
  const [asking, setAsking] = useState<keyof typeof ACTIONS>();
  const [problem, setProblem] = useState<string>();
  const [stamp, setStamp] = useState(0);
  const moves = useMay('move_models');
  if (!model) return <Empty>Connecting to the desk …</Empty>;

  function lookAgain(): void {
    listed.again();
    setStamp((before) => before + 1);
  }

  async function act(id: keyof typeof ACTIONS, who: string, note: string): Promise<void> {
    setProblem(
      await call(id, { body: { who, note } }).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    );
    lookAgain();
  }

  const compare = (version: string, on: boolean): void => {
    const next = on
      ? [...compared, version].slice(-MOST_COMPARED)
      : compared.filter((name) => name !== version);
    setQuery({ compare: next.join(',') || 'none' });
  };
  const retraining = listed.data?.retraining;
  const message = reviews.data;
  return (
    <>
      {moves && <Proposals of="models" stamp={stamp} onDecided={listed.again} />}
      <Panel
        title={`Champion: ${model.version}`}
        note={`${words(model.kind)} · trained ${dateTime(model.trainedAt)}`}
      >
        <p style={{ margin: '0 0 8px' }}>
          Learnt from {trainedText(model)}, {model.features} features. Sends to review from{' '}
          {percent(model.thresholds.review, 2)}, declines from {percent(model.thresholds.decline)}: the
          thresholds at which reviews, angry customers and lost money cost least.
        </p>
        {models.map(
          ({ version, failures }) =>
            failures !== null &&
            failures.count > 0 && (
              <p key={version} className="overdue" style={{ margin: '0 0 8px' }}>
                {version} could not score or explain {count(failures.count)} transactions, which were sent to
                review: {failures.last}
              </p>
            ),
        )}
        <QualityFiguresRow model={model} />
      </Panel>
      <Panel
        title="All models"
        note={
          message?.from
            ? `figures on the same ${count(message.rows)} decisions, ${dateTime(message.from)} to ${dateTime(message.until)}; verdicts on ${percent(message.verdictShare)}, the others taken as genuine`
            : 'figures appear once decisions are old enough for their labels'
        }
      >
        <div className="filters" style={{ marginBottom: 8 }}>
          <Button
            size="compact-sm"
            variant="default"
            loading={retraining?.running ?? false}
            onClick={() => setAsking('retrainModel')}
          >
            Train a candidate
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={!listed.data?.events.some(({ from }) => from === 'champion')}
            onClick={() => setAsking('rollBackModel')}
          >
            Roll back
          </Button>
          <span className="muted" role="status">
            {retraining?.running
              ? `${retraining.step} … ${percent(retraining.done, 0)}`
              : (retraining?.last?.text ?? '')}
          </span>
        </div>
        <Problem text={problem ?? listed.problem} />
        <ModelTable
          models={models}
          reviews={message?.reviews ?? []}
          compared={compared}
          onCompare={compare}
          onMove={setMoving}
        />
      </Panel>
      {message && message.rows > 0 && message.reviews.length > 0 ? (
        <>
          <ModelCurves message={message} />
          <CostCurve key={message.reviews[0].version} message={message} />
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
      <div className="grid" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(320px, 1fr))' }}>
        <Panel
          title="Held-out"
          note={model.heldOut ? `${dateTime(model.heldOut.from)} to ${dateTime(model.heldOut.until)}` : ''}
        >
          {model.heldOut ? (
            <ConfusionMatrix figures={model.heldOut} title="At the review threshold" />
          ) : (
            <Empty>Not evaluated.</Empty>
          )}
        </Panel>
        <Panel
          title="Live"
          note={`decisions older than ${model.maturityMinutes.toFixed(0)} min, whose labels have come in`}
        >
          {model.live ? (
            <ConfusionMatrix figures={model.live} title="As decided" />
          ) : (
            <Empty>
              Live figures appear once the first decisions are {model.maturityMinutes.toFixed(0)} minutes old
              and their labels known.
            </Empty>
          )}
        </Panel>
      </div>
      <Panel title="History" note="every move, newest first">
        <Scroll label="History of the models">
          <table className="rows">
            <thead>
              <tr>
                <th>When</th>
                <th>Model</th>
                <th>What</th>
                <th>Who</th>
                <th>Note</th>
              </tr>
            </thead>
            <tbody>
              {listed.data?.events.map((event) => (
                <tr key={event.id} style={{ cursor: 'default' }}>
                  <td>{dateTime(event.at)}</td>
                  <td>
                    <code>{event.version}</code>
                  </td>
                  <td>
                    {event.action === 'filed'
                      ? 'filed'
                      : `${event.action}: ${event.from ?? 'new'} → ${event.to}`}
                    {event.to === 'challenger' && ` for ${percent(event.share)} of accounts`}
                  </td>
                  <td>{event.who}</td>
                  <td
                    title={event.gate?.map(({ passed, text }) => `${passed ? '✓' : '✕'} ${text}`).join('\n')}
                  >
                    {event.note}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </Panel>
      {asking && (
        <AskName
          {...ACTIONS[asking]}
          onClose={() => setAsking(undefined)}
          onNamed={(who, note) => void act(asking, who, note)}
        />
      )}
      {moving && <MoveModel model={moving} onClose={() => setMoving(undefined)} onMoved={lookAgain} />}
    </>
  );
}

/** Those the address names; else the champion and whoever might follow it. */
function comparedOf(models: readonly Model[], named: string | null): string[] {
  if (named === 'none') return [];
  const there = new Set(models.map(({ version }) => version));
  if (named) return named.split(',').filter((version) => there.has(version));
  const order: readonly Model['state'][] = ['champion', 'challenger', 'shadow', 'candidate'];
  return order
    .flatMap((state) => models.filter((model) => model.state === state))
    .slice(0, MOST_COMPARED)
    .map(({ version }) => version);
}
