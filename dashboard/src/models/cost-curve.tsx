// What a threshold costs and brings in a day: false alarms, missed money, and how much the review team can take.
import { NumberInput, Slider } from '@mantine/core';
import { useState } from 'react';
import type { Reviews } from '../../../src/protocol/models.ts';
import { Chart } from '../kit/chart.tsx';
import { count, percent, shortMoney } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { useLive } from '../live/feed.ts';
import { costOption } from './cost-look.ts';
import {
  cheapestStep,
  costADay,
  type Prices,
  type ThresholdCosts,
  thresholdCosts,
} from './threshold-costs.ts';

/** Marks of the slider that are nearer would stand on one another. */
const MARKS_APART = 14;

/** The first review of the message is the one that is weighed. */
export function CostCurve(props: { readonly message: Reviews }) {
  const costs = thresholdCosts(props.message);
  if (costs) return <Weighed message={props.message} costs={costs} />;
  return (
    <Panel title="Cost curve">
      <Empty>Appears with the first labelled frauds: they say what a miss costs.</Empty>
    </Panel>
  );
}

function Weighed(props: { readonly message: Reviews; readonly costs: ThresholdCosts }) {
  const { message, costs } = props;
  const { first, last, own, steps, days } = costs;
  const { stepStarts } = message;
  const [review] = message.reviews;
  const baseCurrency = useLive((state) => state.baseCurrency);
  const [prices, setPrices] = useState<Prices>({ reviewCost: 5, lossPercent: 100 });
  const work = useLive((state) => state.model?.work);
  const [typed, setTyped] = useState<number>();
  const canDo =
    work?.reviewsADay ?? (work?.volumeADay ? Math.round(work.mostFlagged * work.volumeADay) : 500);
  const capacity = typed ?? canDo;
  const [chosen, setChosen] = useState<number>();
  const step = Math.min(Math.max(chosen ?? own, first), last);
  const cheapest = cheapestStep(costs, prices);
  const alertsADay = steps[step].alerts / days;
  return (
    <Panel
      title={`Cost of a threshold: ${review.version}`}
      note="on the labelled transactions above, as a day"
    >
      <div className="cost">
        <div>
          <Chart
            label="Cost and alerts a day by threshold"
            className="chart curve"
            option={(colors) => costOption({ costs, prices, stepStarts, step, baseCurrency }, colors)}
          />
          <Slider
            aria-label="Threshold"
            min={first}
            max={last}
            value={step}
            onChange={setChosen}
            label={percent(stepStarts[step], 2)}
            marks={[
              { value: Math.max(own, first), label: 'in service' },
              ...(Math.abs(cheapest - own) > MARKS_APART ? [{ value: cheapest, label: 'cheapest' }] : []),
            ]}
            mb="xl"
          />
        </div>
        <div className="cost-side">
          <PriceInputs prices={prices} onPrices={setPrices} capacity={capacity} onCapacity={setTyped} />
          <Figures
            costs={costs}
            step={step}
            cheapest={cheapest}
            prices={prices}
            from={stepStarts[step]}
            frauds={review.frauds}
          />
          {alertsADay > capacity && (
            <p className="problem">
              ▲ {count(alertsADay)} alerts a day are {(alertsADay / Math.max(1, capacity)).toFixed(1)} × what
              the team can review.
            </p>
          )}
        </div>
      </div>
    </Panel>
  );
}

function PriceInputs(props: {
  readonly prices: Prices;
  readonly onPrices: (prices: Prices) => void;
  readonly capacity: number;
  readonly onCapacity: (capacity: number) => void;
}) {
  const { prices, onPrices } = props;
  const baseCurrency = useLive((state) => state.baseCurrency);
  return (
    <>
      <NumberInput
        label={`A review costs (${baseCurrency})`}
        size="xs"
        min={0}
        value={prices.reviewCost}
        onChange={(value) => onPrices({ ...prices, reviewCost: Number(value) })}
      />
      <NumberInput
        label="Of a missed fraud is lost (%)"
        size="xs"
        min={0}
        max={1000}
        value={prices.lossPercent}
        onChange={(value) => onPrices({ ...prices, lossPercent: Number(value) })}
      />
      <NumberInput
        label="The team reviews a day"
        size="xs"
        min={0}
        value={props.capacity}
        onChange={(value) => props.onCapacity(Number(value))}
      />
    </>
  );
}

function Figures(props: {
  readonly costs: ThresholdCosts;
  readonly step: number;
  readonly cheapest: number;
  readonly prices: Prices;
  /** The threshold of the step. */
  readonly from: number;
  readonly frauds: number;
}) {
  const { costs, step, cheapest, prices, from, frauds } = props;
  const { steps, days } = costs;
  const baseCurrency = useLive((state) => state.baseCurrency);
  const at = steps[step];
  const aDay = (hundredths: number): string => shortMoney(hundredths / days, baseCurrency);
  const cost = (of: number): string => shortMoney(costADay(steps[of], days, prices), baseCurrency);
  return (
    <div className="cost-figures" aria-live="polite">
      <Figure name="Alerts a day" value={count(at.alerts / days)} about={`from ${percent(from, 2)} on`} />
      <Figure
        name="Of them fraud"
        value={percent(at.caught / Math.max(1, at.alerts))}
        about={`${count(at.caught / days)} a day`}
      />
      <Figure
        name="Money caught a day"
        value={aDay(at.caughtMinor)}
        about={`recall ${percent(at.caught / frauds)}`}
      />
      <Figure
        name="Money missed a day"
        value={aDay(at.missedMinor)}
        about={`${count(at.missed / days)} frauds`}
      />
      <Figure name="Cost a day" value={cost(step)} about={`cheapest ${cost(cheapest)}`} />
    </div>
  );
}

function Figure(props: { readonly name: string; readonly value: string; readonly about: string }) {
  return (
    <div>
      <span className="muted">{props.name}</span>
      <br />
      <b>{props.value}</b>
      <br />
      <span className="muted">{props.about}</span>
    </div>
  );
}
