// The road drawn as it runs: what it goes through, and on the way from each part to the next what passes, how fast, what waits and
// what failed.
import { Fragment, type ReactNode } from 'react';
import type { ServiceHealth } from '../../../src/protocol/pipeline.ts';
import { clockTime, count, milliseconds } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';

/** In which order records pass them; a desk has some of them. */
const ROAD = ['producer', 'log', 'spark', 'engine', 'sink', 'database', 'feed'];

type Way = {
  readonly perSecond: number | null;
  /** Whose latency the way takes. */
  readonly timed: ServiceHealth;
  readonly waiting: number | null;
  readonly errors: number;
};

/** The source says how long it takes to be durable behind it; every other way is timed by where it leads. */
const wayBetween = (from: ServiceHealth, to: ServiceHealth, carried: number | null): Way => ({
  perSecond: to.perSecond ?? (to.name === 'feed' ? null : carried),
  timed: from.name === 'producer' ? from : to,
  waiting: to.waiting,
  errors: to.errors + (from.name === 'producer' ? from.errors : 0),
});

function Latency({ of }: { readonly of: ServiceHealth }) {
  const { p50, p99 } = of.latencyMs;
  if (p50 === null) return null;
  return (
    <span className="latency">
      <span>p50 {milliseconds(p50)}</span> <span>p99 {milliseconds(p99)}</span>
    </span>
  );
}

const measuredText = ({ measures, latencyMs }: ServiceHealth): string =>
  `Latency of: ${measures}. ${count(latencyMs.count)} measurements in the last minute.`;

function Arrow(props: { readonly way: Way; readonly between: string; readonly isSide?: boolean }) {
  const { way, between, isSide = false } = props;
  return (
    <li className={isSide ? 'way side' : 'way'} data-way={between} title={measuredText(way.timed)}>
      {!isSide && <b>{way.perSecond !== null && `${way.perSecond.toFixed(1)}/s`}</b>}
      <span className="arrow" aria-hidden="true" />
      <Latency of={way.timed} />
      {way.waiting !== null && <span>{count(way.waiting)} waiting</span>}
      {way.errors > 0 && (
        <span className="unusual">
          {count(way.errors)} {way.errors === 1 ? 'error' : 'errors'}
        </span>
      )}
    </li>
  );
}

function Part(props: { readonly service: ServiceHealth; readonly isTimed: boolean }) {
  const { service, isTimed } = props;
  const { name, title, status, detail, lastSuccessAt, measures } = service;
  return (
    <div className={`part ${status}`} data-part={name}>
      <div className="part-head">
        <b>{title}</b>
        <span className={`status ${status}`}>{status}</span>
      </div>
      {isTimed && (
        <span className="muted" title={measuredText(service)}>
          {measures} <Latency of={service} />
        </span>
      )}
      <span className="muted">{detail}</span>
      {lastSuccessAt && <span className="muted">last success {clockTime(lastSuccessAt)}</span>}
    </div>
  );
}

/** A step of the road with what it asks beside it. */
function Step(props: { readonly children: ReactNode; readonly beside: ServiceHealth | undefined }) {
  const { children, beside } = props;
  return (
    <li className="step">
      {children}
      {beside && (
        <ul className="beside">
          <Arrow
            way={{ perSecond: null, timed: beside, waiting: beside.waiting, errors: beside.errors }}
            between={`engine ${beside.name}`}
            isSide
          />
          <li>
            <Part service={beside} isTimed={false} />
          </li>
        </ul>
      )}
    </li>
  );
}

export function Road() {
  const pipeline = useLive((state) => state.pipeline);
  if (!pipeline) return <Empty>Nothing measured yet: the first measurements come within two seconds.</Empty>;
  const { services } = pipeline;
  const steps = ROAD.flatMap((name) => services.find((service) => service.name === name) ?? []);
  const state = services.find(({ name }) => name === 'state');
  let carried: number | null = null;
  return (
    <ol className="road" aria-label="The road of a transaction">
      {steps.map((service, index) => {
        const before = steps[index - 1];
        const way = before && wayBetween(before, service, carried);
        carried = way?.perSecond ?? carried;
        // Its own latency is told where no way into it tells it.
        const isTimed = before?.name === 'producer';
        return (
          <Fragment key={service.name}>
            {way && <Arrow way={way} between={`${before.name} ${service.name}`} />}
            <Step beside={service.name === 'engine' ? state : undefined}>
              <Part service={service} isTimed={isTimed} />
            </Step>
          </Fragment>
        );
      })}
    </ol>
  );
}
