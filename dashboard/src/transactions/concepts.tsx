// Why, by concept: a sentence each, with what is usual, what it did to the odds, and the single features one click away.
import type { ConceptOfStory, TransactionStory } from '../../../src/protocol/transactions.ts';
import { conceptName } from './concept-words.tsx';
import { Contributions, shownContribution } from './story-features.tsx';

type Props = { readonly story: TransactionStory };
type OneProps = Props & { readonly concept: ConceptOfStory; readonly largest: number };

/** How far a concept moved the score, beside the one that moved it most. */
function Effect({ story, concept, largest }: OneProps) {
  const { contribution } = concept;
  const share = largest === 0 ? 0 : contribution / largest;
  return (
    <span className="effect" title="What its features did together">
      <span className="track">
        <i
          style={{
            width: `${Math.abs(share) * 100}%`,
            background: share > 0 ? 'var(--decline)' : 'var(--approve)',
          }}
        />
      </span>
      {story.contributionUnit !== null && shownContribution(contribution, story.contributionUnit)}
    </span>
  );
}

function ToldConcept(props: OneProps) {
  const { story, concept } = props;
  const { text, comparison, contribution } = concept;
  return (
    <details className="concept" data-concept={concept.concept}>
      <summary>
        <span className={`sentence ${contribution > 0 ? 'raises' : 'lowers'}`}>
          <b className="concept-name">{conceptName(concept.concept)}</b>
          {text}
          {comparison && <span className="muted beside">{comparison}</span>}
        </span>
        <Effect {...props} />
      </summary>
      <Contributions story={story} concept={concept.concept} />
    </details>
  );
}

/** What else moved the score, and is not told. */
function OtherConcepts({ story, largest }: Props & { readonly largest: number }) {
  const others = story.concepts.filter(({ text }) => text === null);
  if (others.length === 0) return null;
  return (
    <details className="concept others">
      <summary>
        <span className="muted">
          {others.length} more: {others.map(({ concept }) => conceptName(concept).toLowerCase()).join(', ')}
        </span>
      </summary>
      {others.map((concept) => (
        <details className="concept" key={concept.concept} data-concept={concept.concept}>
          <summary>
            <span className="sentence">{conceptName(concept.concept)}</span>
            <Effect story={story} concept={concept} largest={largest} />
          </summary>
          <Contributions story={story} concept={concept.concept} />
        </details>
      ))}
    </details>
  );
}

export function Concepts({ story }: Props) {
  const largest = Math.max(...story.concepts.map(({ contribution }) => Math.abs(contribution)));
  return (
    <section className="concepts" aria-label="Why, by concept">
      {story.concepts
        .filter(({ text }) => text !== null)
        .map((concept) => (
          <ToldConcept key={concept.concept} story={story} concept={concept} largest={largest} />
        ))}
      <OtherConcepts story={story} largest={largest} />
    </section>
  );
}
