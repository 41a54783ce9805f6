// Where a tenant stands: its desk is open, or closed for a reason; and what is answered in its place then.
import { type Boundary, shownError } from '../../ports/boundary.ts';
import type { App } from '../app.ts';

/** A tenant's desk, open. */
export type TenantDesk = {
  readonly app: Pick<App, 'server'>;
  readonly boundary: Boundary;
  close(): Promise<void>;
};

export type Place<Desk> =
  | { readonly kind: 'open'; readonly desk: Desk }
  | {
      readonly kind: 'closed';
      readonly why: string;
      readonly since: string;
      readonly retryAtMs: number | undefined;
    };

/** `error` undefined: it is stopping; `retryAtMs` undefined: it is not opened again. */
export const closedPlace = (error: Error | undefined, retryAtMs?: number): Place<never> => ({
  kind: 'closed',
  why: error ? shownError(error) : 'it is stopping',
  since: new Date().toISOString(),
  retryAtMs,
});

export type Refusal = { readonly status: number; readonly detail: string; readonly retrySeconds?: number };

const NOBODY: Refusal = {
  status: 404,
  detail:
    'No tenant has this name. A desk of several tenants is called as NAME.host, such as bank-a.localhost:8000.',
};

/** What is answered where no desk is open. */
export function refusalOf(place: Exclude<Place<unknown>, { readonly kind: 'open' }> | undefined): Refusal {
  if (!place) return NOBODY;
  const { why, since, retryAtMs } = place;
  const closed = `The desk of this tenant is closed since ${since}: ${why}.`;
  if (retryAtMs === undefined) {
    return { status: 503, detail: `${closed} It is not opened again by itself. What was accepted is kept.` };
  }
  const retrySeconds = Math.max(1, Math.ceil((retryAtMs - Date.now()) / 1000));
  return {
    status: 503,
    detail: `${closed} It is opened again in ${retrySeconds} s. What was accepted is kept.`,
    retrySeconds,
  };
}
