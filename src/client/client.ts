// Calls operations of the API by their names: the types of what goes in and what comes out are those of the operation.
import type { Answer, Arguments, OperationId, Places } from './api.ts';

/** A refusal of the desk, in its own words (RFC 9457); status 0 where it does not answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly problems: readonly { readonly pointer: string; readonly message: string }[];
  /** Seconds until it makes sense to try again, where the desk says so. */
  readonly retryAfterSeconds: number | undefined;
  constructor(
    status: number,
    message: string,
    problems: ApiProblem['problems'] = [],
    retryAfterSeconds: number | undefined = undefined,
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.problems = problems;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type Rest<Id extends OperationId> =
  Record<string, never> extends Arguments<Id> ? [args?: Arguments<Id>] : [args: Arguments<Id>];

export type Client = {
  /** The answer as the operation says it. Throws ApiProblem. */
  call<Id extends OperationId>(id: Id, ...args: Rest<Id>): Promise<Answer<Id>>;
  /** The same, where the arguments are at hand as a whole. */
  ask<Id extends OperationId>(id: Id, args: Arguments<Id>): Promise<Answer<Id>>;
  /** The answer as it comes, for what is no JSON. Throws ApiProblem. */
  open<Id extends OperationId>(id: Id, ...args: Rest<Id>): Promise<Response>;
};

export type ClientOptions = {
  readonly places: Places;
  /** Where the desk is; in a browser that was given its page by the desk, ''. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
};

type AnyArguments = {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly type?: string;
  readonly signal?: AbortSignal;
};

/** The address of a call. */
export function addressOf(places: Places, id: string, { params = {}, query = {} }: AnyArguments): string {
  const place = places[id];
  if (!place) throw new Error(`There is no operation ${id}.`);
  const { pathByAnyId, path } = place;
  const asked = { ...query, ...(pathByAnyId !== undefined && params) };
  const filled = (pathByAnyId ?? path).replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams(
    Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  return search ? `${filled}?${search}` : filled;
}

/** Throws ApiProblem with what the desk says. */
async function refuse(answer: Response): Promise<never> {
  const body: unknown = await answer.json().catch(() => undefined);
  const { detail, problems } = (typeof body === 'object' && body !== null ? body : {}) as {
    detail?: string;
    problems?: ApiProblem['problems'];
  };
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  throw new ApiProblem(
    answer.status,
    detail ?? (answer.statusText || `The desk answers ${answer.status}.`),
    problems,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

export function createClient({ places, url, headers = {} }: ClientOptions): Client {
  async function open(id: string, args: AnyArguments): Promise<Response> {
    const { body, type, signal } = args;
    const contentType = type ?? (body === undefined ? undefined : 'application/json');
    const init: RequestInit & { duplex?: 'half' } = {
      method: places[id]?.method ?? 'GET',
      headers: { ...headers, ...(contentType !== undefined && { 'content-type': contentType }) },
      ...(body !== undefined && {
        body: type === undefined ? JSON.stringify(body) : (body as RequestInit['body']),
      }),
      ...(body instanceof ReadableStream && { duplex: 'half' }),
      ...(signal && { signal }),
    };
    let answer: Response;
    try {
      answer = await fetch(url + addressOf(places, id, args), init);
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw error;
      throw new ApiProblem(0, 'The desk does not answer. Try again once it is back.');
    }
    return answer.ok ? answer : refuse(answer);
  }
  async function ask<Id extends OperationId>(id: Id, args: AnyArguments): Promise<Answer<Id>> {
    const answer = await open(id, args);
    // The desk writes it by the schema that this type is made of.
    return (answer.status === 204 ? undefined : await answer.json()) as Answer<Id>;
  }
  return {
    open: (id, ...[args]) => open(id, (args ?? {}) as AnyArguments),
    call: (id, ...[args]) => ask(id, (args ?? {}) as AnyArguments),
    ask: (id, args) => ask(id, args as AnyArguments),
  };
}
