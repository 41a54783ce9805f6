// Asking the desk and telling it something; whoever is not signed in any more is led to the sign-in.
import { signedOut } from './me.ts';

export class DeskProblem extends Error {
  readonly status: number;
  readonly problems: readonly { pointer: string; message: string }[];
  constructor(status: number, message: string, problems: DeskProblem['problems'] = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

type ProblemBody = { detail?: string; problems?: DeskProblem['problems'] };

/** Throws DeskProblem with what the desk says, or that it does not answer. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new DeskProblem(0, 'The desk does not answer. Try again once it is back.');
  }
  const body = (await answer.json().catch(() => ({}))) as T & ProblemBody;
  if (answer.ok) return body;
  if (answer.status === 401) signedOut();
  throw new DeskProblem(answer.status, body.detail ?? answer.statusText, body.problems);
}

/** Sends JSON. Throws DeskProblem. */
export const tell = <T>(path: string, body: unknown, method = 'POST'): Promise<T> =>
  ask<T>(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export const remove = <T>(path: string): Promise<T> => ask<T>(path, { method: 'DELETE' });
