// Changing what the address says of a screen.
import { type RegisteredRouter, type RouteById, type RouteIds, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';

type Tree = RegisteredRouter['routeTree'];
type SearchOf<Id extends RouteIds<Tree>> = RouteById<Tree, Id>['types']['fullSearchSchema'];

/** Changes some parameters of the address and keeps the others; undefined removes one. */
export function useChangeSearch<Id extends RouteIds<Tree>>(): (changes: Partial<SearchOf<Id>>) => void {
  const navigate = useNavigate();
  return useCallback(
    (changes) => void navigate({ to: '.', search: (before) => ({ ...before, ...changes }) }),
    [navigate],
  );
}
