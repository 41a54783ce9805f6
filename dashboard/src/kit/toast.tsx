// What was just done, for a few seconds, with the way back where there is one.
import { Button } from '@mantine/core';
import { useEffect } from 'react';

export type Said = {
  readonly text: string;
  readonly bad?: boolean;
  readonly undo?: () => void;
};

const SHOWN_MS = 8000;

export function Toast(props: { readonly said: Said | undefined; readonly onGone: () => void }) {
  const { said, onGone } = props;
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(onGone, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said, onGone]);
  return (
    <div className="toast-place" role="status" aria-live="polite">
      {said && (
        <div className={`toast ${said.bad ? 'bad' : ''}`}>
          <span>{said.text}</span>
          {said.undo && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                said.undo?.();
                onGone();
              }}
            >
              Undo
            </Button>
          )}
          <Button size="compact-xs" variant="subtle" onClick={onGone} aria-label="Dismiss">
            ✕
          </Button>
        </div>
      )}
    </div>
  );
}
