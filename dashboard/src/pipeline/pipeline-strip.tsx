// The services as the road runs, each with what was measured.
import type { ServiceHealth } from '../../../src/protocol/pipeline.ts';
import { clockTime, count, milliseconds } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';

function Service(props: { readonly service: ServiceHealth }) {
  const { service } = props;
  const isMeasured = !service.measures.startsWith('nothing');
  return (
    <div
      className="service"
      data-service={service.name}
      title={`Latency of: ${service.measures}. ${service.latencyMs.count} measurements in the last minute.`}
    >
      <div style={{ display: 'flex', justifyContent: 'space-between', gap: 6 }}>
        <b>{service.title}</b>
        <span className={`status ${service.status}`}>{service.status}</span>
      </div>
      {isMeasured && (
        <>
          <div className="num">
            {milliseconds(service.latencyMs.p50)} <span className="muted">p50</span>
          </div>
          <div className="muted">p99 {milliseconds(service.latencyMs.p99)}</div>
        </>
      )}
      <div className="muted">
        {service.perSecond !== null && `${service.perSecond.toFixed(1)}/s · `}
        {service.waiting !== null && `${count(service.waiting)} waiting · `}
        {service.errors > 0 ? `${count(service.errors)} errors · ` : ''}
        {service.lastSuccessAt
          ? `ok\u00a0${clockTime(service.lastSuccessAt)}`
          : isMeasured
            ? 'no success yet'
            : ''}
      </div>
      {service.trouble && (
        <div className="trouble" title={service.trouble.why}>
          since {clockTime(service.trouble.since)}: {service.trouble.why}
        </div>
      )}
      <div
        className="muted"
        title={service.detail}
        style={
          isMeasured ? { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } : undefined
        }
      >
        {service.detail}
      </div>
    </div>
  );
}

/** The parts of the road, and others as long as somebody has to look at them. */
const shownServices = (services: readonly ServiceHealth[]): readonly ServiceHealth[] =>
  services.filter(({ name, status }) => name !== 'process' || status !== 'up');

export function PipelineStrip() {
  const pipeline = useLive((state) => state.pipeline);
  if (!pipeline) return <Empty>Nothing measured yet.</Empty>;
  return (
    <div className="pipe">
      {shownServices(pipeline.services).map((service) => (
        <Service key={service.name} service={service} />
      ))}
    </div>
  );
}
