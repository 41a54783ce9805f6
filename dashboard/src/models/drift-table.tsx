// How far what is decided now lies from what the champion learnt from.
import type { Drift, DriftReport, Shift } from '../../../src/protocol/models.ts';
import { count, delay, percent, words } from '../kit/format.ts';
import { Empty, Panel, Scroll } from '../kit/parts.tsx';

const SHOWN = 12;
const WIDEST = 1;

export function DriftTable(props: { readonly drift: DriftReport | undefined }) {
  const { drift } = props;
  const alarms = [...(drift?.features ?? []), ...(drift?.input ?? [])].filter(({ alarm }) => alarm).length;
  const measures = (drift?.features?.length ?? 0) + (drift?.input.length ?? 0);
  const note = drift?.features
    ? `${count(drift.rows)} decisions beside the training; ${alarms === 0 ? 'no alarm' : `${alarms} of ${measures} raise an alarm`}`
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
        <Features features={drift.features.slice(0, SHOWN)} />
      )}
      {drift && (
        <>
          <h3>What comes in</h3>
          <Input shifts={drift.input} />
          <p className="muted">
            Volume and label delay are known of models that were trained here, on days enough to tell what is
            usual.
          </p>
        </>
      )}
    </Panel>
  );
}

function Features(props: { readonly features: readonly Drift[] }) {
  return (
    <Scroll label="Drift by feature">
      <table className="rows">
        <thead>
          <tr>
            <th>What</th>
            <th title="Population stability index: up to 0.1 stable, from 0.25 on changed">
              Stability index
            </th>
            <th className="right" title="Kolmogorov–Smirnov: the chance of such a distance on stable data">
              By chance
            </th>
            <th className="right">Missing then</th>
            <th className="right">Missing now</th>
            <th>Alarm</th>
          </tr>
        </thead>
        <tbody>
          {props.features.map((item) => (
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
              <td className="right">{chance(item.probability)}</td>
              <td className="right">{percent(item.missingBefore)}</td>
              <td className="right">{percent(item.missingAfter)}</td>
              <td>
                <State alarm={item.alarm} known />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Input(props: { readonly shifts: readonly Shift[] }) {
  return (
    <Scroll label="What comes in">
      <table className="rows">
        <thead>
          <tr>
            <th>What</th>
            <th className="right" title="While the champion learnt">
              Then
            </th>
            <th className="right">Now</th>
            <th className="right" title="The chance of such a distance where nothing changed">
              By chance
            </th>
            <th>Alarm</th>
          </tr>
        </thead>
        <tbody>
          {props.shifts.map((shift) => (
            <tr key={shift.name} style={{ cursor: 'default' }}>
              <td title={ABOUT[shift.unit]}>{nameOf(shift)}</td>
              <td className="right">{inUnit(shift.before, shift.unit)}</td>
              <td className="right">{inUnit(shift.now, shift.unit)}</td>
              <td className="right">{shift.probability === null ? '–' : chance(shift.probability)}</td>
              <td>
                <State alarm={shift.alarm} known={shift.probability !== null} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const ABOUT: Readonly<Record<Shift['unit'], string>> = {
  share: 'Share of the latest decisions whose category the model has never seen',
  'per hour': 'Decisions an hour in the last 24 hours, beside the same hours of the day in training',
  ms: 'From decision to label: half of the labels are in by then; of those that came in since the model was made',
};

const nameOf = ({ name, unit }: Shift): string => {
  if (unit === 'share') return `Share with an ${name.replace('mcc', 'category of business')}`;
  return unit === 'ms' ? 'Delay of labels' : 'Decisions';
};

function inUnit(value: number | null, unit: Shift['unit']): string {
  if (value === null) return '–';
  if (unit === 'share') return percent(value);
  return unit === 'ms' ? delay(value) : `${count(value)} an hour`;
}

const chance = (probability: number): string => (probability < 1e-6 ? '< 0.000001' : probability.toFixed(6));

function State(props: { readonly alarm: boolean; readonly known: boolean }) {
  if (props.alarm) return <span className="tag decline">▲ changed</span>;
  return <>{props.known ? 'stable' : 'not known yet'}</>;
}
