// The story of one transaction: what happened, why, what surrounds it; verdict buttons.
import { Button, Drawer, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import { minorPerMajor } from '../../../src/domain/codes.ts';
import type { TransactionStory } from '../../../src/protocol/messages.ts';
import { Chart, type ChartColors } from '../components/chart.tsx';
import { Empty, OutcomeTag } from '../components/parts.tsx';
import { clockTime, dateTime, money, percent, utc, words } from '../format.ts';
import { setQuery, useRoute } from '../live/route.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const factor = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const oneDigit = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const VERB: Readonly<Record<string, string>> = {
  approve: 'Approved',
  review: 'Sent to review',
  decline: 'Declined',
};

/** Log-odds as what they do to the odds: they multiply. */
function shownContribution(value: number, unit: TransactionStory['contributionUnit']): string {
  const size = Math.abs(value);
  if (unit === 'log-odds') return `${value > 0 ? '×' : '÷'}${factor.format(Math.exp(size))}`;
  return `${value > 0 ? '+' : '−'}${percent(size)}`;
}

const odds = (logOdds: number): string =>
  logOdds > 0 ? `${oneDigit.format(Math.exp(logOdds))} to 1` : `1 to ${oneDigit.format(Math.exp(-logOdds))}`;

function HowToRead({ story }: { readonly story: TransactionStory }) {
  const { baseVote, vote, contributionUnit } = story;
  if (baseVote === null || vote === null) return null;
  return (
    <p className="muted">
      {contributionUnit === 'log-odds'
        ? `What each feature does to the odds of fraud, exact (TreeSHAP). Odds of a usual transaction ${odds(baseVote)}, of this one ${odds(vote)}, before calibration.`
        : `Share of the forest’s vote, exact (TreeSHAP). Base ${percent(baseVote)}, this transaction ${percent(vote)}.`}
    </p>
  );
}

function Contributions(props: { readonly story: TransactionStory }) {
  const moved = props.story.features
    .filter((feature) => feature.contribution !== null && Math.abs(feature.contribution) > 1e-4)
    .sort((a, b) => Math.abs(b.contribution ?? 0) - Math.abs(a.contribution ?? 0))
    .slice(0, 12);
  if (moved.length === 0)
    return <Empty>The model that decided is not in service any more; its stored reasons are above.</Empty>;
  const longest = Math.abs(moved[0].contribution ?? 1);
  return (
    <div className="bars">
      {moved.map((feature) => {
        const share = (feature.contribution ?? 0) / longest;
        return [
          <span key={`${feature.name}-text`} title={`${feature.name}: ${feature.description}`}>
            {feature.text}
          </span>,
          <span key={`${feature.name}-bar`} className="track">
            <i
              style={{
                left: share < 0 ? `${50 + share * 50}%` : '50%',
                width: `${Math.abs(share) * 50}%`,
                background: share > 0 ? 'var(--decline)' : 'var(--approve)',
              }}
            />
          </span>,
          <span key={`${feature.name}-share`} className="muted" style={{ textAlign: 'right' }}>
            {shownContribution(feature.contribution ?? 0, props.story.contributionUnit)}
          </span>,
        ];
      })}
    </div>
  );
}

function Neighbours(props: { readonly story: TransactionStory }) {
  const { neighbours, transaction, decision } = props.story;
  const own = {
    time: String(transaction.occurredAt),
    amount: Number(transaction.amountMinor) / minorPerMajor(String(transaction.currency)),
    outcome: decision.outcome as string,
  };
  const points = [
    ...neighbours.map((row) => ({
      time: row.occurredAt,
      amount: row.amountMinor / minorPerMajor(row.currency),
      outcome: row.outcome as string,
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
      <table className="rows">
        <tbody>
          {[...neighbours]
            .reverse()
            .slice(0, 10)
            .map((row) => (
              <tr
                key={row.id}
                tabIndex={0}
                onClick={() => setQuery({ transaction: row.id })}
                onKeyDown={(event) => event.key === 'Enter' && setQuery({ transaction: row.id })}
              >
                <td title={utc(row.occurredAt)}>{dateTime(row.occurredAt)}</td>
                <td className="right">{money(row.amountMinor, row.currency)}</td>
                <td>{row.merchantName ?? words(row.type)}</td>
                <td>
                  <OutcomeTag outcome={row.outcome} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  );
}

function Story(props: { readonly story: TransactionStory; readonly onLabel: (fraud: boolean) => void }) {
  const { story } = props;
  const { decision, transaction } = story;
  const merchant = transaction.merchant as { name?: string; id: string; mcc?: string } | undefined;
  const reasons = decision.reasons;
  const lead = decision.rules[0]?.text ?? reasons[0]?.text ?? 'nothing stands out';
  return (
    <div data-testid="story">
      <h2 style={{ fontSize: 18, margin: '0 0 4px' }}>
        {VERB[decision.outcome]}: {lead}
      </h2>
      <p className="muted" style={{ marginTop: 0 }}>
        {money(Number(transaction.amountMinor), String(transaction.currency))} ·{' '}
        {words(String(transaction.type))}
        {merchant ? ` at ${merchant.name ?? merchant.id}` : ''} · account {String(transaction.accountId)} ·{' '}
        {dateTime(String(transaction.occurredAt))} · score {percent(decision.score, 2)}
      </p>
      <Group gap={8} my={8}>
        <Button
          size="xs"
          color="red"
          variant={story.isFraud === true ? 'filled' : 'light'}
          onClick={() => props.onLabel(true)}
        >
          ⚑ Fraud
        </Button>
        <Button
          size="xs"
          variant={story.isFraud === false ? 'filled' : 'light'}
          onClick={() => props.onLabel(false)}
        >
          ✓ Genuine
        </Button>
        <Button
          size="xs"
          variant="default"
          component="a"
          href={`/v1/transactions/${encodeURIComponent(decision.transactionId)}?download=true`}
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
      {decision.rules.map((rule) => (
        <div className="reason" key={rule.id} style={{ borderColor: 'var(--review)' }}>
          Rule <b>{rule.id}</b>: {rule.text}
        </div>
      ))}
      {reasons.map((reason) => (
        <div
          className="reason"
          key={reason.feature}
          style={reason.contribution < 0 ? { borderColor: 'var(--approve)' } : undefined}
        >
          {reason.text}
        </div>
      ))}
      <h3>What moved the score</h3>
      <HowToRead story={story} />
      <Contributions story={story} />
      <h3>The account around it</h3>
      <Neighbours story={story} />
      <details>
        <summary>All {story.features.length} features</summary>
        <table className="rows">
          <tbody>
            {story.features.map((feature) => (
              <tr key={feature.name} style={{ cursor: 'default' }}>
                <td title={feature.description}>{words(feature.name)}</td>
                <td className="right">{feature.value === null ? 'unknown' : number.format(feature.value)}</td>
                <td className="muted">{feature.unit}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <details>
        <summary>Raw record</summary>
        <pre style={{ overflow: 'auto', fontSize: 12 }}>{JSON.stringify(transaction, null, 2)}</pre>
      </details>
      <p className="muted">
        Model {decision.modelVersion} · rules {decision.rulesetVersion} · features {decision.catalogueHash} ·
        decided {utc(decision.decidedAt)} · log offset {story.offset}
      </p>
    </div>
  );
}

export function StoryDrawer() {
  const { query } = useRoute();
  const id = query.get('transaction');
  const [story, setStory] = useState<TransactionStory | undefined>(undefined);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    setStory(undefined);
    setFailure('');
    if (id === null) return;
    const abort = new AbortController();
    fetch(`/v1/transactions/${encodeURIComponent(id)}`, { signal: abort.signal })
      .then(async (answer) => {
        const body = await answer.json();
        if (answer.ok) setStory(body as TransactionStory);
        else setFailure(String(body.detail ?? 'The transaction could not be loaded.'));
      })
      .catch((error: Error) => {
        if (error.name !== 'AbortError') setFailure('The desk did not answer. Close this and try again.');
      });
    return () => abort.abort();
  }, [id]);
  async function label(fraud: boolean): Promise<void> {
    if (!story || id === null) return;
    const answer = await fetch('/v1/labels', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ transactionId: id, fraud }),
    });
    if (answer.ok) setStory({ ...story, isFraud: fraud, fraudType: null });
    else setFailure('The verdict was not taken. Try again.');
  }
  return (
    <Drawer
      opened={id !== null}
      onClose={() => setQuery({ transaction: undefined })}
      position="right"
      size={720}
      title={<span className="muted">Transaction {id}</span>}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {failure && <Empty>{failure}</Empty>}
      {!failure && !story && <Empty>Loading …</Empty>}
      {story && <Story story={story} onLabel={(fraud) => void label(fraud)} />}
    </Drawer>
  );
}
