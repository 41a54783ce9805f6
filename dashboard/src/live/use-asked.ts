// What the desk answers, asked for while a page is open.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask } from './api.ts';

export type Asked<T> = { readonly data: T | undefined; readonly problem: string | undefined; again(): void };

/** Asks an address now and every so often; the last answer stays while a new one is awaited. */
export function useAsked<T>(path: string | undefined, everyMs: number): Asked<T> {
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<string>();
  const current = useRef(path);
  current.current = path;
  const again = useCallback(async () => {
    if (path === undefined || document.hidden) return;
    try {
      const body = await ask<T>(path);
      if (current.current !== path) return;
      setData(body);
      setProblem(undefined);
    } catch (error) {
      if (current.current === path) setProblem((error as Error).message);
    }
  }, [path]);
  useEffect(() => {
    void again();
    const timer = setInterval(() => void again(), everyMs);
    return () => clearInterval(timer);
  }, [again, everyMs]);
  return { data, problem, again: () => void again() };
}
