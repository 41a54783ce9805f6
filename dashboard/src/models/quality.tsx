// Model quality, held-out beside live: each says what it was measured on.
import type { ModelPanel, QualityFigures } from '../../../src/protocol/model-panel.ts';
import { count, dateTime, percent } from '../kit/format.ts';

function Figures(props: {
  readonly title: string;
  readonly about: string;
  readonly figures: QualityFigures | null;
}) {
  const { figures } = props;
  const cell = (name: string, value: number | null) => (
    <span>
      <span className="muted">{name}</span>
      <br />
      <b>{value === null ? '–' : value.toFixed(3)}</b>
    </span>
  );
  return (
    <>
      <span className="wide">
        <b>{props.title}</b>
        <br />
        <span className="muted">{props.about}</span>
      </span>
      {cell('Precision', figures?.precision ?? null)}
      {cell('Recall', figures?.recall ?? null)}
      {cell('F1', figures?.f1 ?? null)}
      {cell('Accuracy', figures?.accuracy ?? null)}
      {cell('AUC', figures?.auc ?? null)}
      {cell('Average precision', figures?.averagePrecision ?? null)}
    </>
  );
}

export function QualityFiguresRow(props: { readonly model: ModelPanel }) {
  const { heldOut, live, maturityMinutes } = props.model;
  return (
    <div className="figures">
      <Figures
        title="Held-out"
        about={
          heldOut
            ? `${count(heldOut.rows)} rows, ${count(heldOut.frauds)} frauds, after the training window`
            : 'not evaluated'
        }
        figures={heldOut}
      />
      <Figures
        title="Live"
        about={
          live
            ? `${count(live.rows)} decisions older than ${maturityMinutes.toFixed(0)} min, ${count(live.frauds)} labelled fraud`
            : `no decision is older than ${maturityMinutes.toFixed(0)} min yet, the time labels take`
        }
        figures={live}
      />
    </div>
  );
}

export function ConfusionMatrix(props: { readonly figures: QualityFigures; readonly title: string }) {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = props.figures.confusion;
  return (
    <div>
      <h3>{props.title}</h3>
      <div className="matrix">
        <div className="h" />
        <div className="h">Flagged</div>
        <div className="h">Approved</div>
        <div className="h">Fraud</div>
        <div>
          <b>{count(truePositives)}</b> <span className="muted">caught</span>
        </div>
        <div>
          <b>{count(falseNegatives)}</b> <span className="muted">missed</span>
        </div>
        <div className="h">Genuine</div>
        <div>
          <b>{count(falsePositives)}</b> <span className="muted">false alarms</span>
        </div>
        <div>
          <b>{count(trueNegatives)}</b> <span className="muted">let through</span>
        </div>
      </div>
      <p className="muted">
        {count(props.figures.rows)} transactions · of what was flagged {percent(props.figures.precision)} was
        fraud
      </p>
    </div>
  );
}

export const trainedText = (model: ModelPanel): string =>
  model.trainingRows === 0
    ? 'elsewhere, on what is not known here'
    : `${count(model.trainingRows)} rows with ${count(model.trainingFrauds)} frauds, ${dateTime(model.trainingFrom)} to ${dateTime(model.trainingUntil)}`;
