// What is said of a sample: that it was approved and drawn, and that nothing is suspected of it.
import type { Alert } from '../../../src/protocol/alerts.ts';
import { count } from '../kit/format.ts';

type Sample = NonNullable<Alert['sample']>;

const DRAWN: Readonly<Record<Sample['by'], string>> = {
  random: 'drawn at random',
  uncertain: 'drawn where the model is less sure',
};

/** "1 in 2,500": the chance that it had. */
const chanceWords = ({ chance }: Sample): string =>
  chance > 0.5 ? 'nearly every one' : `1 in ${count(1 / chance)}`;

/** In a row of the queue. */
export function SampleTag({ sample }: { readonly sample: Sample }) {
  return (
    <span title={`Approved, and ${DRAWN[sample.by]}: ${chanceWords(sample)} is. Nothing is suspected.`}>
      <span className="tag plain">Sample</span> <span className="muted">please label</span>
    </span>
  );
}

/** On its page. */
export const sampleSentence = (sample: Sample): string =>
  `Nothing is suspected of it: it was approved, and ${DRAWN[sample.by]} (${chanceWords(sample)} like it). ` +
  'What you say of it tells how much fraud is missed.';
