// Now and then: dead letters that were tried again and are decided by now are resolved, old ones are let go of.
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';

const EVERY_MS = 60_000;

export function keepDeadLetters(
  desk: Desk,
  onTrouble: (error: Error) => void,
  boundary: Boundary,
): { stop(): void } {
  const tidy = (): Promise<void> => desk.office.deadLetters.tidy(desk.clock.nowMs()).catch(onTrouble);
  return { stop: boundary.every('dead letters', EVERY_MS, tidy) };
}
