// Small parts that every screen uses.
import type { ReactNode } from 'react';
import { percent } from './format.ts';

export function Panel(props: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={`panel ${props.className ?? ''}`}>
      <header>
        <h2>{props.title}</h2>
        <span className="muted">{props.note}</span>
      </header>
      {props.children}
    </section>
  );
}

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  approve: '✓ Approved',
  review: '◆ Review',
  decline: '✕ Declined',
};

export function OutcomeTag(props: { readonly outcome: string }) {
  return <span className={`tag ${props.outcome}`}>{OUTCOME_WORDS[props.outcome] ?? props.outcome}</span>;
}

/** A score as a small bar; its colour goes with what was decided. */
export function ScoreBar(props: { readonly score: number; readonly outcome: string }) {
  return (
    <span className="score" title={`Probability of fraud ${percent(props.score, 2)}`}>
      <i>
        <b style={{ width: `${Math.max(2, props.score * 100)}%`, background: `var(--${props.outcome})` }} />
      </i>
      {percent(props.score, props.score < 0.1 ? 1 : 0)}
    </span>
  );
}

export function Empty(props: { readonly children: ReactNode }) {
  return <div className="empty">{props.children}</div>;
}

/** A table that may be wider than the screen; the arrow keys move it. */
export function Scroll(props: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll
    <section className="scroll" aria-label={props.label} tabIndex={0}>
      {props.children}
    </section>
  );
}

/** What stands in the way, where something does. */
export function Problem(props: { readonly text: string | null | undefined }) {
  if (!props.text) return null;
  return (
    <p className="problem" role="alert">
      {props.text}
    </p>
  );
}
