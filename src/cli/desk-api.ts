// A running desk or server over its API, for commands that act on it.
import { InputError } from '../domain/input-error.ts';

/** Throws InputError with what the desk says where it refuses, or that it does not answer. */
export async function askDesk<T>(url: string, path: string, init: RequestInit = {}): Promise<T> {
  const key = process.env.GOSHAWK_API_KEY;
  const headers = { ...init.headers, ...(key && { authorization: `Bearer ${key}` }) };
  const answer = await fetch(new URL(path, url), { ...init, headers }).catch(() => {
    throw new InputError(`Nothing answers at ${url}. Start the desk, or name it with --url.`);
  });
  const text = await answer.text();
  let body: { detail?: string } = {};
  try {
    body = JSON.parse(text);
  } catch {
    throw new InputError(`${url} is no desk: it answers ${answer.status} with something else.`);
  }
  if (answer.status === 401) {
    throw new InputError(
      `${url} wants to know who asks: put an API key with the right permissions into GOSHAWK_API_KEY.`,
    );
  }
  if (!answer.ok) throw new InputError(body.detail ?? `The desk answers ${answer.status}.`);
  return body as T;
}

export const URL_OPTION = {
  type: 'string',
  value: 'URL',
  default: 'http://127.0.0.1:8000',
  help: 'a running desk or server',
} as const;
