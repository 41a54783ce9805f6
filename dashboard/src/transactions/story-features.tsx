// The features of a transaction: what moved the score, and all of them beside what is usual.
import type { TransactionStory } from '../../../src/protocol/transactions.ts';
import { percent, words } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';
import { Table } from '../kit/table.tsx';
import { conceptName } from './concept-words.tsx';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const factor = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const oneDigit = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** Log-odds as what they do to the odds: they multiply. */
export function shownContribution(value: number, unit: TransactionStory['contributionUnit']): string {
  const size = Math.abs(value);
  if (unit === 'log-odds') return `${value > 0 ? '×' : '÷'}${factor.format(Math.exp(size))}`;
  return `${value > 0 ? '+' : '−'}${percent(size)}`;
}

const odds = (logOdds: number): string =>
  logOdds > 0 ? `${oneDigit.format(Math.exp(logOdds))} to 1` : `1 to ${oneDigit.format(Math.exp(-logOdds))}`;

export function HowToRead({ story }: { readonly story: TransactionStory }) {
  const { baseVote, vote, contributionUnit } = story;
  if (baseVote === null || vote === null) return null;
  return (
    <p className="muted">
      {contributionUnit === 'log-odds'
        ? `What its features do to the odds of fraud, exact (TreeSHAP) and added up by concept. Odds of a usual transaction ${odds(baseVote)}, of this one ${odds(vote)}, before calibration.`
        : `Share of the forest’s vote, exact (TreeSHAP) and added up by concept. Base ${percent(baseVote)}, this transaction ${percent(vote)}.`}
    </p>
  );
}

/** The features that moved the score most: of one concept, or of all. */
export function Contributions(props: { readonly story: TransactionStory; readonly concept?: string }) {
  const { story, concept } = props;
  const moved = story.features
    .filter((feature) => concept === undefined || feature.concept === concept)
    .filter((feature) => feature.contribution !== null && Math.abs(feature.contribution) > 1e-4)
    .sort((a, b) => Math.abs(b.contribution ?? 0) - Math.abs(a.contribution ?? 0))
    .slice(0, 12);
  if (moved.length === 0) {
    return story.contributionUnit === null ? (
      <Empty>The model that decided is not in service any more: what each feature did is not known.</Empty>
    ) : (
      <p className="muted">Each of its features did next to nothing.</p>
    );
  }
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

type StoryFeature = TransactionStory['features'][number];
const isUnusual = ({ value, usual }: StoryFeature): boolean =>
  value !== null && usual !== null && (value < usual.low || value > usual.high);

const range = (lies: { readonly low: number; readonly high: number } | null): string =>
  lies ? `${number.format(lies.low)} – ${number.format(lies.high)}` : '–';

/** What was computed afterwards says so: nobody decided by it. */
function FeatureName({ name, afterwards }: StoryFeature) {
  return (
    <>
      {words(name)}
      {afterwards && (
        <span className="muted" title="It went live later: rules and model did not see it">
          {' '}
          · computed afterwards
        </span>
      )}
    </>
  );
}

export function AllFeatures({ story }: { readonly story: TransactionStory }) {
  return (
    <details>
      <summary>All {story.features.length} features</summary>
      <Table
        label="All features"
        rows={story.features}
        rowKey={({ name }) => name}
        columns={[
          { title: 'Feature', hint: ({ description }) => description, cell: FeatureName },
          {
            title: 'Value',
            right: true,
            cell: (feature) => (
              <span className={isUnusual(feature) ? 'unusual' : undefined}>
                {feature.value === null ? (
                  <span className="muted" title={feature.text}>
                    –
                  </span>
                ) : (
                  number.format(feature.value)
                )}
              </span>
            ),
          },
          {
            title: 'Usual for the account',
            about: 'Where four fifths of the account’s earlier transactions lie',
            right: true,
            className: 'muted',
            cell: ({ usual }) => range(usual),
          },
          {
            title: 'Usual for its kind',
            about: `Where four fifths of the latest ${story.peers} transactions of this type and channel lie`,
            right: true,
            className: 'muted hide-small',
            cell: ({ peers }) => range(peers),
          },
          { title: 'Unit', className: 'muted', cell: ({ unit }) => unit },
          { title: 'About', className: 'muted hide-small', cell: ({ concept }) => conceptName(concept) },
        ]}
      />
    </details>
  );
}
