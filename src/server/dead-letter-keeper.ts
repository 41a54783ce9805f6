// Now and then: dead letters that were tried again and are decided by now are resolved, old ones are let go of.
import type { Desk } from '../ports/desk.ts';

const EVERY_MS = 60_000;

export function keepDeadLetters(desk: Desk, onTrouble: (error: Error) => void): { stop(): void } {
  const timer = setInterval(
    () => void desk.office.deadLetters.tidy(desk.clock.nowMs()).catch(onTrouble),
    EVERY_MS,
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
