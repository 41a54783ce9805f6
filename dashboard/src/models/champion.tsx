// The champion: what it learnt from, where it draws the line, how good it is, and which models fail.

import type { ModelPanel } from '../../../src/protocol/model-panel.ts';
import type { Model } from '../../../src/protocol/models.ts';
import { count, dateTime, words } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { QualityFiguresRow, trainedText } from './quality.tsx';

export function Champion(props: { readonly model: ModelPanel; readonly models: readonly Model[] }) {
  const { model, models } = props;
  return (
    <Panel
      title={`Champion: ${model.version}`}
      note={`${words(model.kind)} · trained ${dateTime(model.trainedAt)}`}
    >
      <p style={{ margin: '0 0 8px' }}>
        Learnt from {trainedText(model)}, {model.features} features.
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
  );
}
