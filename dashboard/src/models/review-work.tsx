// What the thresholds in service bring, in words, and what the team can do: the administrator's to move.
import { Button, NumberInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { ModelPanel } from '../../../src/protocol/model-panel.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { useSentForm } from '../kit/form.ts';
import { percent } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { type Said, Toast } from '../kit/toast.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { limitWords, reviewWords, sampleWords, volumeWords } from './review-words.ts';

type Work = NonNullable<ModelPanel['work']>;

export function ReviewWork({ model }: { readonly model: ModelPanel }) {
  const { work, thresholds } = model;
  const administers = useMay('administer');
  const { data: settings, again } = useAnswer('getSettings', {});
  const [changing, setChanging] = useState(false);
  const [said, setSaid] = useState<Said>();
  const gone = useCallback(() => setSaid(undefined), []);
  const from = `Review from a score of ${percent(thresholds.review, 2)}, decline from ${percent(thresholds.decline)}.`;
  if (!work) {
    return (
      <Panel title="What the team looks at">
        <p style={{ margin: 0 }}>
          {from}{' '}
          <span className="muted">The model does not say what other thresholds would bring: they stay.</span>
        </p>
      </Panel>
    );
  }
  const moved = volumeWords(work);
  return (
    <Panel title="What the team looks at" note="as it was on later data than the model learnt from">
      <p style={{ margin: '0 0 6px' }}>
        <b>{reviewWords(work)}</b>
      </p>
      <p className="muted" style={{ margin: '0 0 10px' }}>
        {from} {limitWords(work)} {settings && sampleWords(settings.sampleShare, work)}
        {moved && ` ${moved}`}
      </p>
      {administers && (
        <Button size="xs" variant="default" onClick={() => setChanging(true)}>
          Change what the team can do …
        </Button>
      )}
      {changing && settings && (
        <ChangeWork
          work={work}
          sampleShare={settings.sampleShare}
          onClose={() => setChanging(false)}
          onChanged={() => {
            again();
            setSaid({ text: 'Thresholds have moved; this page follows in a few seconds.' });
          }}
        />
      )}
      <Toast said={said} onGone={gone} />
    </Panel>
  );
}

const isShare = (value: string | number): string | null =>
  typeof value === 'number' && value >= 0 && value <= 100 ? null : 'A percentage from 0 to 100.';

function ChangeWork(props: {
  readonly work: Work;
  readonly sampleShare: number;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const { work, onClose, onChanged } = props;
  const form = useSentForm<{
    reviewsADay: string | number;
    reviewPrecision: string | number;
    declinePrecision: string | number;
    sampleShare: string | number;
  }>({
    initial: {
      reviewsADay: work.reviewsADay ?? '',
      reviewPrecision: Math.round(work.reviewPrecision * 1000) / 10,
      declinePrecision: Math.round(work.declinePrecision * 1000) / 10,
      sampleShare: Math.round(props.sampleShare * 1000) / 10,
    },
    rules: {
      reviewPrecision: isShare,
      declinePrecision: (value, { reviewPrecision }) =>
        isShare(value) ??
        (Number(value) < Number(reviewPrecision) ? 'Not less than of what is looked at.' : null),
      sampleShare: (value) =>
        typeof value === 'number' && value >= 0 && value <= 50 ? null : 'A percentage from 0 to 50.',
    },
    async send({ reviewsADay, reviewPrecision, declinePrecision, sampleShare }) {
      await call('changeSettings', {
        body: {
          reviewsADay: reviewsADay === '' ? null : Number(reviewsADay),
          reviewPrecision: Number(reviewPrecision) / 100,
          declinePrecision: Number(declinePrecision) / 100,
          sampleShare: Number(sampleShare) / 100,
        },
      });
      onChanged();
      onClose();
    },
  });
  return (
    <FormDialog title="What the team can do" form={form} action="Change" onClose={onClose}>
      <NumberInput
        label="Reviews a day"
        description="Empty: a share of what comes, whatever that is"
        size="xs"
        min={1}
        max={1_000_000_000}
        allowDecimal={false}
        data-autofocus
        {...form.field('reviewsADay')}
      />
      <NumberInput
        label="Of what is looked at, so much has to be fraud (%)"
        size="xs"
        min={0}
        max={100}
        {...form.field('reviewPrecision')}
      />
      <NumberInput
        label="Of what is declined, so much has to be fraud (%)"
        size="xs"
        min={0}
        max={100}
        {...form.field('declinePrecision')}
      />
      <NumberInput
        label="Of what the team can look at, so much is samples (%)"
        description="Approved payments that are drawn, by which it is told what the model misses; 0 for none"
        size="xs"
        min={0}
        max={50}
        {...form.field('sampleShare')}
      />
      <p className="muted">
        Thresholds move at once, for every payment from then on. Nothing that was decided changes.
      </p>
    </FormDialog>
  );
}
