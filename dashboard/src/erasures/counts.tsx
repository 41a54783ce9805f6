// How much of each kind: what is none is left out.
import { ERASURE_KINDS, type ErasureKind } from '../../../src/domain/erasure.ts';
import { count } from '../kit/format.ts';
import { KIND_WORDS } from './words.ts';

export function Counts(props: { readonly counts: Partial<Readonly<Record<ErasureKind, number>>> }) {
  const some = ERASURE_KINDS.flatMap((kind) => {
    const { [kind]: many = 0 } = props.counts;
    return many === 0 ? [] : `${count(many)} ${KIND_WORDS[kind][many === 1 ? 0 : 1]}`;
  });
  return some.length === 0 ? <span className="muted">Nothing</span> : <span>{some.join(' · ')}</span>;
}
