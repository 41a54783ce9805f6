// What the champion got right and wrong: on what was held out, and as it decided.
import type { ModelPanel } from '../../../src/protocol/model-panel.ts';
import { dateTime } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { ConfusionMatrix } from './quality.tsx';

export function ConfusionPanels(props: { readonly model: ModelPanel }) {
  const { heldOut, live, maturityMinutes } = props.model;
  return (
    <div className="grid" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(320px, 1fr))' }}>
      <Panel title="Held-out" note={heldOut ? `${dateTime(heldOut.from)} to ${dateTime(heldOut.until)}` : ''}>
        {heldOut ? (
          <ConfusionMatrix figures={heldOut} title="At the review threshold" />
        ) : (
          <Empty>Not evaluated.</Empty>
        )}
      </Panel>
      <Panel
        title="Live"
        note={`decisions older than ${maturityMinutes.toFixed(0)} min, whose labels have come in`}
      >
        {live ? (
          <ConfusionMatrix figures={live} title="As decided" />
        ) : (
          <Empty>
            Live figures appear once the first decisions are {maturityMinutes.toFixed(0)} minutes old and
            their labels known.
          </Empty>
        )}
      </Panel>
    </div>
  );
}
