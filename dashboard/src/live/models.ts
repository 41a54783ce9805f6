// Models, their reviews and drift, asked for while the page is open.
import { useCallback, useEffect, useRef, useState } from 'react';

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
      const answer = await fetch(path);
      const body = await answer.json();
      if (current.current !== path) return;
      if (answer.ok) {
        setData(body as T);
        setProblem(undefined);
      } else setProblem(String(body.detail ?? answer.statusText));
    } catch {
      if (current.current === path) setProblem('The desk does not answer; trying again.');
    }
  }, [path]);
  useEffect(() => {
    void again();
    const timer = setInterval(() => void again(), everyMs);
    return () => clearInterval(timer);
  }, [again, everyMs]);
  return { data, problem, again: () => void again() };
}

/** Sends JSON; gives what stands in the way, or nothing. */
export async function send(path: string, body: unknown): Promise<string | undefined> {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.ok) return undefined;
    return String(((await answer.json()) as { detail?: string }).detail ?? answer.statusText);
  } catch {
    return 'The desk does not answer. Try again once it is back.';
  }
}

const WHO = 'goshawk-who';
/** The name that this browser last acted under. */
export const rememberedName = (): string => localStorage.getItem(WHO) ?? '';
export const rememberName = (name: string): void => localStorage.setItem(WHO, name);
