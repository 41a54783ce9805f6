// How much of each kind: what is none is left out.
import { ERASURE_KINDS, type ErasureKind } from '../../../src/domain/erasure.ts';
import { count } from '../kit/format.ts';
import { KIND_WORDS } from './words.ts';

export function Counts(props: { readonly counts: Partial<Readonly<Record<ErasureKind, number>>> }) {
  const some = ERASURE_KINDS.filter((kind) => (props.counts[kind] ?? 0) > 0);
  if (some.length === 0) return <span className="muted">Nothing</span>;
  return (
    <span>
      {some.map((kind) => `${count(props.counts[kind] ?? 0)} ${KIND_WORDS[kind].toLowerCase()}`).join(' · ')}
    </span>
  );
}
