// Model quality, held-out beside live: each says what it was measured on.
import type { ModelPanel, QualityFigures } from '../../../src/protocol/model-panel.ts';
import { count, dateTime } from '../kit/format.ts';
import { CONFIDENCE, type ShareOf, shareNote, shareText } from '../kit/share.tsx';

/** Ranks of fewer frauds say nothing yet. */
const FEWEST_FRAUDS = 10;
const MANY_FRAUDS = 100;

function Cell(props: {
  readonly name: string;
  readonly about?: string;
  readonly value: string;
  readonly note: string;
}) {
  return (
    <span title={props.about}>
      <span className="muted">{props.name}</span>
      <br />
      <b>{props.value}</b>
      <br />
      <span className="muted">{props.note}</span>
    </span>
  );
}

const ShareFigure = (props: { readonly name: string; readonly about: string; readonly share: ShareOf }) => (
  <Cell
    name={props.name}
    about={`${props.about}. ${CONFIDENCE}`}
    value={shareText(props.share)}
    note={shareNote(props.share)}
  />
);

/** A figure that is no share: to as many digits as its frauds bear. */
function Ranked(props: {
  readonly name: string;
  readonly about: string;
  readonly value: number | null;
  readonly frauds: number;
}) {
  const { name, about, value, frauds } = props;
  const isKnown = value !== null && frauds >= FEWEST_FRAUDS;
  return (
    <Cell
      name={name}
      about={about}
      value={isKnown ? value.toFixed(frauds < MANY_FRAUDS ? 2 : 3) : '–'}
      note={isKnown || value === null ? `${count(frauds)} frauds` : `from ${FEWEST_FRAUDS} frauds on`}
    />
  );
}

const NO_SHARE: ShareOf = { hits: 0, of: 0 };

function Figures(props: {
  readonly title: string;
  readonly about: string;
  readonly figures: QualityFigures | null;
}) {
  const { figures } = props;
  const { rows = 0, frauds = 0, confusion } = figures ?? {};
  const { truePositives: caught = 0, falsePositives: alarms = 0, trueNegatives = 0 } = confusion ?? {};
  return (
    <>
      <span className="wide">
        <b>{props.title}</b>
        <br />
        <span className="muted">{props.about}</span>
      </span>
      <ShareFigure
        name="Precision"
        about="Of what was flagged, how much was fraud"
        share={confusion ? { hits: caught, of: caught + alarms } : NO_SHARE}
      />
      <ShareFigure
        name="Recall"
        about="Of the frauds, how many were flagged"
        share={confusion ? { hits: caught, of: caught + confusion.falseNegatives } : NO_SHARE}
      />
      <Ranked
        name="F1"
        about="The harmonic mean of precision and recall"
        value={figures?.f1 ?? null}
        frauds={frauds}
      />
      <ShareFigure
        name="Accuracy"
        about="Of all, how many were flagged or let through as they should be"
        share={{ hits: caught + trueNegatives, of: rows }}
      />
      <Ranked
        name="AUC"
        about="The chance that a fraud scores above a genuine transaction"
        value={figures?.auc ?? null}
        frauds={frauds}
      />
      <Ranked
        name="Average precision"
        about="Precision over all thresholds, weighted by recall"
        value={figures?.averagePrecision ?? null}
        frauds={frauds}
      />
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
  const flagged = { hits: truePositives, of: truePositives + falsePositives };
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
        {count(props.figures.rows)} transactions · of what was flagged {shareText(flagged)} was fraud (
        {shareNote(flagged)})
      </p>
    </div>
  );
}

export const trainedText = (model: ModelPanel): string =>
  model.trainingRows === 0
    ? 'elsewhere, on what is not known here'
    : `${count(model.trainingRows)} rows with ${count(model.trainingFrauds)} frauds, ${dateTime(model.trainingFrom)} to ${dateTime(model.trainingUntil)}`;
