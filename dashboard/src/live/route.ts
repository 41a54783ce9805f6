// The address bar holds the state: the screen, its filters, the open transaction.
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
addEventListener('popstate', () => {
  for (const listener of listeners) listener();
});

export type Route = { readonly screen: string; readonly query: URLSearchParams };

let cachedHref = '';
let cached: Route = { screen: 'overview', query: new URLSearchParams() };

function current(): Route {
  if (location.href !== cachedHref) {
    cachedHref = location.href;
    cached = {
      screen: location.pathname.split('/')[1] || 'overview',
      query: new URLSearchParams(location.search),
    };
  }
  return cached;
}

export function navigate(path: string): void {
  history.pushState(null, '', path);
  for (const listener of listeners) listener();
}

/** Changes some parameters of the address and keeps the others; undefined removes one. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(`${location.pathname}${text ? `?${text}` : ''}`);
}

export function useRoute(): Route {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, current);
}
