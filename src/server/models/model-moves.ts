// Moves of models: what stands in the way of one, and those that wait for a second person.
import type { FastifyRequest } from 'fastify';
import { MODEL_STATES, type ModelState } from '../../domain/model-state.ts';
import type { GateCheck } from '../../models/gate.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ModelTrial } from '../../ports/model-trial.ts';
import type { Move } from '../../ports/office/models.ts';
import type { Proposal } from '../../ports/office/proposals.ts';
import { entryOf } from '../access/access.ts';
import type { ModelReviews } from './model-reviews.ts';

/** A move as somebody asked for it. */
export type AskedMove = {
  readonly state: ModelState;
  readonly share?: number;
  readonly who: string;
  readonly note: string;
  /** Why, although the gate is shut. */
  readonly override?: string;
  readonly action?: 'rolled back';
};
export type Obstacle = { readonly status: number; readonly title: string; readonly detail: string };

const isState = (text: unknown): text is ModelState => MODEL_STATES.some((state) => state === text);

/** States in which a model decides, if only for some: with four eyes for models nobody puts one there alone. */
export const decides = (state: ModelState): boolean => state === 'champion' || state === 'challenger';

/** States in which a model is asked for nothing. */
const RESTING: ReadonlySet<ModelState> = new Set(['candidate', 'retired']);

/** What a proposal asks for: it was a move that nothing stood in the way of. */
export function askedMove(change: unknown): AskedMove | undefined {
  const { state, share, who, note, override, action } = (
    typeof change === 'object' && change !== null ? change : {}
  ) as Record<string, unknown>;
  if (!isState(state) || typeof who !== 'string' || typeof note !== 'string') return undefined;
  return {
    state,
    who,
    note,
    ...(typeof share === 'number' && { share }),
    ...(typeof override === 'string' && { override }),
    ...(action === 'rolled back' && { action }),
  };
}

export function moveDetails({ change }: Proposal): string[] {
  const asked = askedMove(change);
  if (!asked) return [];
  const { state, share, note, override, action } = asked;
  return [
    `${action ?? 'moved'}: ${state}${share === undefined ? '' : ` for ${Math.round(share * 1000) / 10} % of the accounts`}`,
    ...(override ? [`although the gate does not open: ${override}`] : []),
    ...(note ? [note] : []),
  ];
}

/** The gate, where it was asked, or what stands in the way. */
export async function lookAtMove(
  { models }: Desk,
  reviews: ModelReviews,
  trial: ModelTrial,
  version: string,
  { state, share, override, action }: AskedMove,
): Promise<{ readonly gate: readonly GateCheck[] | undefined } | Obstacle> {
  const conflict = (detail: string, title = 'Conflict'): Obstacle => ({ status: 409, title, detail });
  const filed = await models.find(version);
  if (!filed) return { status: 404, title: 'Not found', detail: `There is no model ${version}.` };
  if (state === 'challenger' && !(share !== undefined && share > 0 && share < 1)) {
    return {
      status: 400,
      title: 'Bad request',
      detail: 'A challenger needs a share of the accounts above 0 and below 1.',
    };
  }
  if (filed.state === 'champion' && state !== 'champion') {
    return conflict(`${version} decides now; make another model champion instead.`);
  }
  const problem = RESTING.has(state) || filed.state === 'champion' ? undefined : await trial.ofFiled(version);
  if (problem !== undefined) return conflict(problem);
  // What was champion before has been looked at then.
  if (!decides(state) || filed.state === 'champion' || action === 'rolled back') return { gate: undefined };
  const gate = await reviews.gate(version);
  if (!gate) {
    return conflict(
      `${version} cannot be used by this program: its artefact is damaged or of another feature catalogue.`,
    );
  }
  const failed = gate.filter(({ passed }) => !passed);
  if (failed.length > 0 && !override) {
    return conflict(
      `${version} does not pass: ${failed.map(({ text }) => text).join('; ')}. Say why in "override" to move it nevertheless.`,
      'The gate does not open',
    );
  }
  return { gate };
}

/** Moves a model, and waits until this desk decides by it. */
export async function carryOutMove(
  request: FastifyRequest,
  desk: Desk,
  version: string,
  { state, share, who, note, override, action }: AskedMove,
  gate: readonly GateCheck[] | undefined,
  proposedBy?: string,
): Promise<void> {
  const move: Move = {
    to: state,
    ...(state === 'challenger' && share !== undefined && { share }),
    who,
    note: override ? `${note ? `${note} · ` : ''}although the gate did not open: ${override}` : note,
    ...(gate && { gate }),
    ...(action && { action }),
    atMs: desk.clock.nowMs(),
  };
  await desk.models.move(version, move);
  await desk.office.audit.append(
    entryOf(request, desk.clock, `${action ?? 'moved'} a model`, `model ${version}`, {
      to: move.to,
      share: move.share,
      note: move.note,
      who,
      ...(proposedBy !== undefined && { proposedBy }),
    }),
  );
  await desk.refresh();
}
