// A guided tour for the first visit: what each screen is for, one step at a time; it can be left and taken again.
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

const DONE = 'goshawk-tour-done';

const STEPS = [
  {
    to: '/overview',
    title: 'Is money being lost now?',
    text: 'Overview answers that within three seconds: what comes in, what is stopped, whether every part of the road is healthy. Each number opens the rows behind it.',
  },
  {
    to: '/transactions',
    title: 'Every decision, live',
    text: 'Each row has a score and an outcome. Click one: its story says why, in sentences and in exact contributions of each feature.',
  },
  {
    to: '/alerts',
    title: 'The queue',
    text: 'What was flagged of an account waits as one alert, the largest loss first. Work it with j, k, Enter, c, f and g alone. A verdict becomes a label, and the next model learns from it.',
  },
  {
    to: '/rules',
    title: 'Rules you can test',
    text: 'Write a condition, try it on the past, let it run in shadow, put it live. Nothing needs a restart.',
  },
  {
    to: '/data',
    title: 'Your own data',
    text: 'Fields that arrive are told here. Declare them, count and compare by your own entities, see the values on the past, and use them in rules and models at once.',
  },
  {
    to: '/models',
    title: 'Models you can believe',
    text: 'Champion and challengers side by side on the same labelled decisions; a gate says whether one may decide.',
  },
  {
    to: '/overview',
    title: 'Now let a fraud happen',
    text: 'Open “Simulator” at the top right, start a fraud of a kind you like, and watch it being caught.',
  },
] as const;

/** Whether this browser has taken or left the tour. */
export const tourDone = (): boolean => localStorage.getItem(DONE) !== null;

export function Tour(props: { readonly onEnd: () => void }) {
  const [step, setStep] = useState(0);
  const { title, text } = STEPS[step];
  const { onEnd } = props;
  const navigate = useNavigate();
  useEffect(() => {
    if (step > 0) void navigate({ to: STEPS[step].to });
  }, [step, navigate]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') end();
    };
    const end = (): void => {
      localStorage.setItem(DONE, 'yes');
      onEnd();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [onEnd]);
  function leave(): void {
    localStorage.setItem(DONE, 'yes');
    onEnd();
  }
  const last = step === STEPS.length - 1;
  return (
    <section className="tour panel" aria-label="Guided tour">
      <p className="muted" style={{ margin: 0 }}>
        Tour, {step + 1} of {STEPS.length}
      </p>
      <h2>{title}</h2>
      <p style={{ margin: '4px 0 10px', fontSize: 13 }}>{text}</p>
      <div className="filters" style={{ justifyContent: 'flex-end' }}>
        {!last && (
          <Button size="xs" variant="subtle" onClick={leave}>
            Leave
          </Button>
        )}
        {step > 0 && (
          <Button size="xs" variant="default" onClick={() => setStep(step - 1)}>
            Back
          </Button>
        )}
        <Button size="xs" onClick={() => (last ? leave() : setStep(step + 1))}>
          {last ? 'Done' : 'Next'}
        </Button>
      </div>
    </section>
  );
}
