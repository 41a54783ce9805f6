// A draw: with which chance a decision is looked at by people, so that what they say of a few tells of all.

/**
 * Why a decision is looked at: it was flagged, a draw picked it whatever its score, or a draw that favours what the model is unsure of
 * picked it. A sample is one of the latter two: it was approved, and nothing is suspected.
 */
export const DRAWN_BY = ['flagged', 'random', 'uncertain'] as const;
export type DrawnBy = (typeof DRAWN_BY)[number];

export const SAMPLED_BY = ['random', 'uncertain'] as const satisfies readonly DrawnBy[];
export type SampledBy = (typeof SAMPLED_BY)[number];

export type Draw = {
  readonly by: DrawnBy;
  /** Before the draw, from above 0 to 1; 1 where it was flagged. By whichever part it was picked, this is the chance of both. */
  readonly chance: number;
};

export type Sample = { readonly by: SampledBy; readonly chance: number };

export const FLAGGED: Draw = { by: 'flagged', chance: 1 };

/** The draw of what was approved and is looked at all the same; undefined where nobody asks for it. */
export function sampleOf(draw: Draw | undefined): Sample | undefined {
  if (draw === undefined || draw.by === 'flagged') return undefined;
  return { by: draw.by, chance: draw.chance };
}

/** A draw as it was stored; undefined where none was. */
export function drawOf(by: unknown, chance: unknown): Draw | undefined {
  const known = DRAWN_BY.find((one) => one === by);
  return known === undefined || chance === null ? undefined : { by: known, chance: Number(chance) };
}
