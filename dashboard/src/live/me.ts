// Who is signed in, and what they may do.
import { useSyncExternalStore } from 'react';
import type { Permission } from '../../../src/domain/access.ts';
import type { Me } from '../../../src/protocol/sign-in.ts';
import { client } from './client.ts';

type State = { readonly me: Me | undefined; readonly problem: string | undefined };
let state: State = { me: undefined, problem: undefined };
const listeners = new Set<() => void>();

function publish(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

export async function loadMe(): Promise<Me | undefined> {
  try {
    const me = await client.call('getMe');
    publish({ me, problem: undefined });
    return me;
  } catch {
    publish({ ...state, problem: 'The desk does not answer. Start it, then load this page again.' });
    return undefined;
  }
}

export function signedOut(): void {
  if (state.me?.actor) publish({ ...state, me: { ...state.me, signInNeeded: true, actor: null } });
}

export function useMe(): State {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Whether whoever is here may do that. */
export function useMay(permission: Permission): boolean {
  return useMe().me?.actor?.permissions.includes(permission) === true;
}

/** The name that is signed in; undefined at a desk without accounts, where a name has to be asked for. */
export function useSignedInName(): string | undefined {
  const actor = useMe().me?.actor;
  return actor?.kind === 'person' ? actor.name : undefined;
}
