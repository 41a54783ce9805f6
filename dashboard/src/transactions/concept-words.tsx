// A concept as a reader sees it: its name before the sentence.
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function conceptName(concept: string): string {
  return concept === 'your own' ? 'Your own data' : capital(concept);
}

/** What is told first of something flagged: what it is about, where the model says it, and the sentence. */
export function TopReason(props: {
  readonly reason: string | null | undefined;
  readonly concept: string | null | undefined;
}) {
  const { reason, concept } = props;
  if (!reason) return null;
  return (
    <>
      {concept && <b className="concept-name">{conceptName(concept)}</b>}
      {reason}
    </>
  );
}
