// Beside the form: what the feature is in words, what an analyst would read, and its values on stored transactions.
import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { FeatureValues } from '../../../src/protocol/feature-values.ts';
import { Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { type Feature, sent } from './document.ts';
import type { FeatureCheck } from './feature-check.ts';
import { definitionOf } from './feature-words.ts';

const ValuesOfFeature = lazy(async () => ({
  default: (await import('./feature-values.tsx')).ValuesOfFeature,
}));

/** Problems of these stand at their inputs. */
const SHOWN = new Set([
  'measure',
  'entity',
  'window',
  'events',
  'where',
  'of',
  'expression',
  'field',
  'name',
  'description',
  'sentence',
]);

export function FeaturePreview(props: {
  readonly feature: Feature;
  readonly check: FeatureCheck;
  readonly isWhole: boolean;
}) {
  const { feature, check, isWhole } = props;
  const [values, setValues] = useState<{ readonly of: string; readonly found: FeatureValues }>();
  const [problem, setProblem] = useState<string>();
  const [underWay, setUnderWay] = useState(false);
  const { document } = check;
  const now = JSON.stringify(feature);
  async function compute(): Promise<void> {
    if (!document) return;
    setUnderWay(true);
    setProblem(undefined);
    await call('previewFeature', { body: { document: sent(document), feature: feature.name } }).then(
      (found) => setValues({ of: now, found }),
      (error: Error) => setProblem(error.message),
    );
    setUnderWay(false);
  }
  const others = [...check.places].filter(([name]) => !SHOWN.has(name));
  return (
    <section className="feature-preview" aria-label="Preview" data-testid="feature-preview">
      <p className="feature-about">{definitionOf(feature)}</p>
      <div className="reason said-example">
        {check.ok && check.sentence !== undefined ? (
          check.sentence
        ) : (
          <span className="muted">What an analyst would read appears here.</span>
        )}
      </div>
      <p className={check.ok || !isWhole ? 'muted' : 'problem'} role="status">
        {!isWhole
          ? 'Choose what it is of, and over which window.'
          : check.ok
            ? '✓ In order; of an example value.'
            : check.document
              ? '✕ Not in order yet.'
              : '…'}
      </p>
      {others.map(([name, message]) => (
        <p key={name} className="problem">
          {name}: {message}
        </p>
      ))}
      {check.elsewhere.map((message) => (
        <p key={message} className="problem">
          {message}
        </p>
      ))}
      <Problem text={check.problem} />
      <div className="filters">
        <Button
          size="xs"
          variant="default"
          disabled={!check.ok || !isWhole}
          loading={underWay}
          onClick={() => void compute()}
        >
          Values on stored transactions
        </Button>
        {values && values.of !== now && (
          <span className="muted">of the feature as it was before your last change</span>
        )}
      </div>
      <Problem text={problem} />
      <Suspense fallback={null}>{values && <ValuesOfFeature values={values.found} />}</Suspense>
    </section>
  );
}
