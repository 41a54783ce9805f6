// The model in service: what it learnt from, how good it is on later data and live.
import { Empty, Panel } from '../components/parts.tsx';
import { ConfusionMatrix, QualityFiguresRow, trainedText } from '../components/quality.tsx';
import { dateTime, percent, words } from '../format.ts';
import { useLive } from '../live/feed.ts';

export function Models() {
  const model = useLive((state) => state.model);
  if (!model) return <Empty>Connecting to the desk …</Empty>;
  return (
    <>
      <Panel
        title={`Champion: ${model.version}`}
        note={`${words(model.kind)} · trained ${dateTime(model.trainedAt)}`}
      >
        <p style={{ margin: '0 0 8px' }}>
          Learnt from {trainedText(model)}, {model.features} features. Sends to review from{' '}
          {percent(model.thresholds.review, 2)}, declines from {percent(model.thresholds.decline)}: the
          thresholds at which reviews, angry customers and lost money cost least.
        </p>
        <QualityFiguresRow model={model} />
      </Panel>
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
    </>
  );
}
