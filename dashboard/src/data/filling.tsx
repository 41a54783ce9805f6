// A version that is being filled: how far it is, and the way to end it.
import { Button, Progress } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Catalogue, CatalogueFilling } from '../../../src/protocol/catalogue.ts';
import { useConfirm } from '../kit/dialog.tsx';
import { count } from '../kit/format.ts';
import { call, useAnswer } from '../live/desk.ts';
import { type Draft, wentLive } from './draft.ts';

const WHILE_FILLING_MS = 1000;
const ELSE_MS = 10_000;

function remaining(seconds: number | null): string {
  if (seconds === null) return '';
  return seconds < 120 ? ` · ${seconds} s to go` : ` · ${Math.round(seconds / 60)} min to go`;
}

/** Says how it ended, to whoever saw it under way. */
function useEnd(
  draft: Draft,
  now: { readonly filling: CatalogueFilling | null; readonly live: number } | undefined,
) {
  const seen = useRef<number>(undefined);
  const { say } = draft;
  useEffect(() => {
    if (!now) return;
    const before = seen.current;
    seen.current = now.filling?.version;
    if (before === undefined || before === now.filling?.version) return;
    wentLive();
    say(
      now.live === before
        ? { text: `Version ${before} is filled and decides.` }
        : { text: `Version ${before} was not put into service; what serves goes on.`, bad: true },
    );
  }, [now, say]);
}

export function Filling({ draft, catalogue }: { readonly draft: Draft; readonly catalogue: Catalogue }) {
  const isFilling = catalogue.filling !== null;
  const { data } = useAnswer('getCatalogueFilling', {}, isFilling ? WHILE_FILLING_MS : ELSE_MS);
  const { ask, question } = useConfirm();
  useEnd(draft, data);
  const filling = data?.filling;
  if (!filling) return null;
  const { version, records, of, perSecond, remainingSeconds, step } = filling;
  return (
    <section className="panel draft-bar" aria-label="Being filled" data-testid="filling">
      <div className="filters">
        <span className="state shadow">filling {version}</span>
        <Progress
          w={180}
          value={(100 * records) / Math.max(1, of)}
          aria-label={`Filling version ${version}`}
          transitionDuration={150}
        />
        <span className="muted">
          {count(records)} of {count(of)} records · {count(perSecond)}/s{remaining(remainingSeconds)}
        </span>
        {draft.mayMove && (
          <span className="filters end">
            <Button
              size="compact-xs"
              variant="default"
              disabled={step === 'changing'}
              onClick={() =>
                ask({
                  title: `End the filling of version ${version}?`,
                  about:
                    'What serves goes on. The version is a draft again, and what was computed is let go.',
                  action: 'End it',
                  destroys: true,
                  onYes: () =>
                    void call('cancelCatalogueFilling', { query: { version } }).then(
                      () => wentLive(),
                      (error: Error) => draft.say({ text: error.message, bad: true }),
                    ),
                })
              }
            >
              End …
            </Button>
          </span>
        )}
      </div>
      <p className="muted">
        What is stored is gone through for its histories and values; until then version{' '}
        {catalogue.live.version} decides.
      </p>
      {question}
    </section>
  );
}
