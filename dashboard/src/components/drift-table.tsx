// How far what is decided now lies from what the champion learnt from.
import type { DriftMessage } from '../../../src/protocol/models.ts';
import { count, percent, words } from '../format.ts';
import { Empty, Panel, Scroll } from './parts.tsx';

const SHOWN = 12;
const WIDEST = 1;

export function DriftTable(props: { readonly drift: DriftMessage | undefined }) {
  const { drift } = props;
  const alarms = drift?.features?.filter(({ alarm }) => alarm).length ?? 0;
  const note = drift?.features
    ? `${count(drift.rows)} decisions beside the training; ${alarms === 0 ? 'no alarm' : `${alarms} of ${drift.features.length} raise an alarm`}`
    : '';
  return (
    <Panel title="Drift" note={note}>
      {!drift ? (
        <Empty>Measuring …</Empty>
      ) : !drift.features ? (
        <Empty>
          Appears after a thousand decisions that are old enough, for models that were trained here.
        </Empty>
      ) : (
        <Scroll label="Drift by feature">
          <table className="rows">
            <thead>
              <tr>
                <th>What</th>
                <th title="Population stability index: up to 0.1 stable, from 0.25 on changed">
                  Stability index
                </th>
                <th
                  className="right"
                  title="Kolmogorov–Smirnov: the chance of such a distance on stable data"
                >
                  By chance
                </th>
                <th className="right">Missing then</th>
                <th className="right">Missing now</th>
                <th>Alarm</th>
              </tr>
            </thead>
            <tbody>
              {drift.features.slice(0, SHOWN).map((item) => (
                <tr key={item.name} style={{ cursor: 'default' }}>
                  <td>{words(item.name)}</td>
                  <td>
                    <span className="score">
                      <i>
                        <b
                          style={{
                            width: `${Math.min(100, (item.index / WIDEST) * 100)}%`,
                            background: item.alarm ? 'var(--decline)' : 'var(--approve)',
                          }}
                        />
                      </i>
                      {item.index.toFixed(3)}
                    </span>
                  </td>
                  <td className="right">
                    {item.probability < 1e-6 ? '< 0.000001' : item.probability.toFixed(6)}
                  </td>
                  <td className="right">{percent(item.missingBefore)}</td>
                  <td className="right">{percent(item.missingAfter)}</td>
                  <td>{item.alarm ? <span className="tag decline">▲ changed</span> : 'stable'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
