// What is answered to whoever asks how well a name fits the imported sanctions lists.
import type { NameMatch } from '../../lists/name-index.ts';
import { nameReason } from '../../lists/name-reason.ts';
import type { NameScreened } from '../../protocol/lists.ts';

const NOTHING_NEAR: NameScreened = {
  score: 0,
  uid: null,
  source: null,
  name: null,
  isWeakAlias: false,
  parts: [],
  askedOnly: [],
  listedOnly: [],
  isCut: false,
  why: 'Nothing comes near.',
};

/** The best fit with its reason, or that there is none. */
export function screened(best: NameMatch | undefined): NameScreened {
  if (!best) return NOTHING_NEAR;
  const { score, match, fit, isCut } = best;
  const { parts, askedOnly, listedOnly } = fit;
  return {
    score,
    uid: match.uid,
    source: match.source ?? null,
    name: match.name,
    isWeakAlias: match.isWeak === true,
    parts,
    askedOnly,
    listedOnly,
    isCut,
    why: nameReason(best),
  };
}
