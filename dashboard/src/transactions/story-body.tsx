// The story of one transaction: what happened, why, what surrounds it.
import { Button, Group } from '@mantine/core';
import { baseMajor, OLD_RATE_DAYS, rateAgeDays } from '../../../src/domain/base-amount.ts';
import type { TransactionStory } from '../../../src/protocol/transactions.ts';
import { OwnFields } from '../data/index.ts';
import { AccountEvents } from '../events/index.ts';
import { AmountCell, amountText } from '../kit/amount.tsx';
import { useChangeSearch } from '../kit/change-search.ts';
import { Chart, type ChartColors } from '../kit/chart.tsx';
import { clockTime, dateTime, percent, utc, words } from '../kit/format.ts';
import { HiddenHint } from '../kit/hidden.tsx';
import { LinkButton } from '../kit/link-button.tsx';
import { Empty, OutcomeTag } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { answers, useAnswer } from '../live/desk.ts';
import { useLive } from '../live/feed.ts';
import { useMay } from '../live/me.ts';
import { conceptName } from './concept-words.tsx';
import { Concepts } from './concepts.tsx';
import { FiredRule } from './fired-rule.tsx';
import { AllFeatures, Contributions, HowToRead } from './story-features.tsx';

const VERB: Readonly<Record<string, string>> = {
  approve: 'Approved',
  review: 'Sent to review',
  decline: 'Declined',
};

function Neighbours(props: { readonly story: TransactionStory }) {
  const { neighbours, transaction, decision } = props.story;
  const change = useChangeSearch<'__root__'>();
  const own = {
    time: transaction.occurredAt,
    amount: baseMajor(transaction),
    outcome: decision.outcome,
  };
  const points = [
    ...neighbours.map((row) => ({
      time: row.occurredAt,
      amount: baseMajor(row),
      outcome: row.outcome,
    })),
    own,
  ].sort((a, b) => a.time.localeCompare(b.time));
  const option = (colors: ChartColors) => ({
    grid: { left: 50, right: 12, top: 12, bottom: 24 },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: points.map((point) => clockTime(point.time)),
      axisLabel: { color: colors.muted },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      axisLabel: { color: colors.muted },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: [
      {
        name: 'Amount',
        type: 'bar',
        barMaxWidth: 18,
        data: points.map((point) => ({
          value: point.amount,
          itemStyle: {
            color:
              point.outcome === 'approve'
                ? colors.approve
                : point.outcome === 'review'
                  ? colors.review
                  : colors.decline,
            ...(point === own && { borderColor: colors.text, borderWidth: 2 }),
          },
        })),
      },
    ],
  });
  if (neighbours.length === 0) return <Empty>The account’s only transaction so far.</Empty>;
  return (
    <>
      <Chart label="Amounts of the account's transactions around this one" option={option} />
      <Table
        label="Transactions around this one"
        rows={[...neighbours].reverse().slice(0, 10)}
        rowKey={({ id }) => id}
        columns={NEIGHBOUR}
        onOpen={({ id }) => change({ transaction: id })}
      />
    </>
  );
}

const NEIGHBOUR: readonly Column<TransactionStory['neighbours'][number]>[] = [
  { hint: ({ occurredAt }) => utc(occurredAt), cell: ({ occurredAt }) => dateTime(occurredAt) },
  { right: true, cell: (row) => <AmountCell row={row} /> },
  { cell: ({ merchantName, type }) => merchantName ?? words(type) },
  { cell: ({ outcome }) => <OutcomeTag outcome={outcome} /> },
];

/** How an amount came to be what it counts as. */
function Conversion({ of }: { readonly of: TransactionStory['transaction'] }) {
  const { base, occurredAt } = of;
  if (!base) return null;
  const ageDays = rateAgeDays(base, Date.parse(occurredAt));
  const far = Math.abs(ageDays) > OLD_RATE_DAYS;
  return (
    <p className="muted" style={{ marginTop: 0 }}>
      {base.source === 'billing' && base.rate === 1
        ? 'Counted as the scheme billed it.'
        : `Counted at ${base.rate.toPrecision(5)} ${base.currency}, the rate of ${base.rateDate}${base.source === 'shipped' ? ' that ships with the program' : ''}${base.source === 'billing' ? ', of what the scheme billed' : ''}.`}
      {far && (
        <span className="overdue">
          {' '}
          ▲ {Math.abs(ageDays)} days {ageDays > 0 ? 'older' : 'younger'} than the payment.
        </span>
      )}
    </p>
  );
}

/** Loads the story of a transaction; another id loads another. */
export function useStory(id: string | undefined): {
  readonly story: TransactionStory | undefined;
  readonly failure: string;
  change(more: Partial<TransactionStory>): void;
} {
  const args = id === undefined ? undefined : { params: { id } };
  const { data: story, problem } = useAnswer('getTransaction', args);
  return {
    story,
    failure: story ? '' : (problem ?? ''),
    change: (more) =>
      answers.setQueryData<TransactionStory>(['getTransaction', args], (now) => now && { ...now, ...more }),
  };
}

type StoryProps = {
  readonly story: TransactionStory;
  /** Absent where the verdict is given elsewhere. */
  readonly onLabel?: (fraud: boolean) => void;
  /** It stands on a page that tells of the account itself. */
  readonly isWithin?: boolean;
};

function StoryActions({ story, onLabel }: StoryProps) {
  const { transactionId } = story.decision;
  return (
    <Group gap={8} my={8}>
      {onLabel && (
        <>
          <Button
            size="xs"
            color="red"
            variant={story.isFraud === true ? 'filled' : 'light'}
            onClick={() => onLabel(true)}
          >
            ⚑ Fraud
          </Button>
          <Button
            size="xs"
            variant={story.isFraud === false ? 'filled' : 'light'}
            onClick={() => onLabel(false)}
          >
            ✓ Genuine
          </Button>
        </>
      )}
      {onLabel && story.alertId !== null && (
        <LinkButton size="xs" variant="default" to="/alerts" search={{ alert: story.alertId }}>
          Alert {story.alertId}
        </LinkButton>
      )}
      <Button
        size="xs"
        variant="default"
        component="a"
        href={`/v1/transaction?id=${encodeURIComponent(transactionId)}&download=true`}
        download
        title="Decision, reasons, features and versions as one file"
      >
        Export
      </Button>
      <span className="muted">
        {story.isFraud === null
          ? 'no verdict yet'
          : story.isFraud
            ? `labelled fraud${story.fraudType ? ` (${words(story.fraudType)})` : ''}`
            : 'labelled genuine'}
      </span>
    </Group>
  );
}

/** What was stored before concepts were kept shows its reasons as they are. */
function Reasons({ story }: { readonly story: TransactionStory }) {
  return story.decision.reasons.map((reason) => (
    <div
      className="reason"
      key={reason.feature}
      style={reason.contribution < 0 ? { borderColor: 'var(--approve)' } : undefined}
    >
      {reason.text}
    </div>
  ));
}

const MOST_NAMED = 3;

/** What it was stopped for, where sentences below say it; else the line that says why. */
function leadOf({ decision, rules, concepts, headline }: TransactionStory): string {
  const isByRule = rules.some(({ shadow, action }) => !shadow && action !== 'tag');
  const told = concepts.filter(({ text }) => text !== null).slice(0, MOST_NAMED);
  if (isByRule || decision.outcome === 'approve' || told.length === 0) return headline;
  return told.map(({ concept }, i) => (i === 0 ? conceptName(concept) : concept)).join(', ');
}

export function Story(props: StoryProps) {
  const { story } = props;
  const hasConcepts = story.concepts.some(({ text }) => text !== null);
  const sees = useMay('read_identifiers');
  const { decision, transaction } = story;
  const { merchant } = transaction;
  const simulatedUntil = useLive((state) => state.stats?.simulatedUntil ?? null);
  const isOfPast = simulatedUntil !== null && decision.decidedAt <= simulatedUntil;
  return (
    <div data-testid="story">
      <h2 style={{ fontSize: 18, margin: '0 0 4px' }}>
        {VERB[decision.outcome]} · {leadOf(story)}
      </h2>
      <p className="muted" style={{ marginTop: 0 }}>
        {amountText(transaction)} · {words(transaction.type)}
        {merchant ? ` at ${merchant.name ?? merchant.id}` : ''} · account {transaction.accountId} ·{' '}
        {dateTime(transaction.occurredAt)} · score {percent(decision.score, 2)}
      </p>
      <Conversion of={transaction} />
      <StoryActions {...props} />
      {story.rules.map((rule) => (
        <FiredRule key={`${rule.id} ${rule.version}`} rule={rule} />
      ))}
      {hasConcepts ? <Concepts story={story} /> : <Reasons story={story} />}
      <HiddenHint show={!sees} />
      {!hasConcepts && <h3>What moved the score</h3>}
      <HowToRead story={story} />
      {!hasConcepts && <Contributions story={story} />}
      {!props.isWithin && (
        <>
          <h3>The account around it</h3>
          <Neighbours story={story} />
        </>
      )}
      <AccountEvents accountId={transaction.accountId} title="What else happened to the account lately" />
      {transaction.attributes && Object.keys(transaction.attributes).length > 0 && (
        <>
          <h3>Own fields</h3>
          <OwnFields attributes={transaction.attributes} />
        </>
      )}
      <AllFeatures story={story} />
      <details>
        <summary>Raw record</summary>
        <pre style={{ overflow: 'auto', fontSize: 12 }}>{JSON.stringify(transaction, null, 2)}</pre>
      </details>
      <p className="muted">
        Model {decision.modelVersion} · rules {decision.rulesetVersion} · features {decision.catalogueHash} ·
        decided {utc(decision.decidedAt)}
        {isOfPast && ', in the simulated past of this desk'} · log offset {story.offset}
      </p>
    </div>
  );
}
