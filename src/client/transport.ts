// Calls to a desk as they go over the wire, whatever their types: addresses, bodies, refusals, and trying again.

/** A refusal of the desk, in its own words (RFC 9457); status 0 where it does not answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly problems: readonly { readonly pointer: string; readonly message: string }[];
  /** Seconds until it makes sense to try again, where the desk says so. */
  readonly retryAfterSeconds: number | undefined;
  /** It speaks as a desk does; else something in between, or no desk at all. */
  readonly isOfDesk: boolean;
  constructor(
    status: number,
    message: string,
    problems: ApiProblem['problems'] = [],
    retryAfterSeconds: number | undefined = undefined,
    isOfDesk = false,
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.problems = problems;
    this.retryAfterSeconds = retryAfterSeconds;
    this.isOfDesk = isOfDesk;
  }
}

/** Where an operation is: all that is needed of it while a client runs. */
export type Place = {
  readonly method: string;
  readonly path: string;
  /** The same with the id in the query, for ids of somebody else's making. */
  readonly pathByAnyId?: string;
  /** The same again changes nothing, so that it may be tried again. */
  readonly repeatable?: boolean;
};
export type Places = Readonly<Record<string, Place>>;

export type AnyArguments = {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of a body that is no JSON. */
  readonly type?: string;
  readonly signal?: AbortSignal;
};

export type TransportOptions = {
  readonly places: Places;
  /** Where the desk is; in a page that came from the desk, ''. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How often something that may be tried again is tried in all. */
  readonly tries?: number;
};

export type Transport = {
  /** The answer as it comes. Throws ApiProblem. */
  open(id: string, args: AnyArguments): Promise<Response>;
  /** The answer's JSON. Throws ApiProblem. */
  ask(id: string, args: AnyArguments): Promise<unknown>;
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

async function problemOf(answer: Response): Promise<ApiProblem> {
  const body: unknown = await answer.json().catch(() => undefined);
  const { detail, problems } = (typeof body === 'object' && body !== null ? body : {}) as {
    detail?: string;
    problems?: ApiProblem['problems'];
  };
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return new ApiProblem(
    answer.status,
    detail ?? (answer.statusText || `The desk answers ${answer.status}.`),
    problems,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
    detail !== undefined,
  );
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;
/** No answer, too often, or busy. */
const PASSING: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** How long to wait before a try: what the desk asks for, else longer each time, and not all at once. */
function waitMs({ retryAfterSeconds }: ApiProblem, failed: number): number {
  const own = FIRST_WAIT_MS * 2 ** (failed - 1) * (0.5 + Math.random());
  return Math.min(LONGEST_WAIT_MS, Math.max(own, (retryAfterSeconds ?? 0) * 1000));
}

export function createTransport({ places, url, headers = {}, tries = 1 }: TransportOptions): Transport {
  async function once(id: string, args: AnyArguments): Promise<Response> {
    const { body, type, signal } = args;
    const contentType = type ?? (body === undefined ? undefined : 'application/json');
    const init: RequestInit & { duplex?: 'half' } = {
      method: places[id]?.method ?? 'GET',
      headers: {
        ...headers,
        ...args.headers,
        ...(contentType !== undefined && { 'content-type': contentType }),
      },
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
    if (answer.ok) return answer;
    throw await problemOf(answer);
  }

  async function open(id: string, args: AnyArguments): Promise<Response> {
    // A stream is read once only.
    const mayRepeat = places[id]?.repeatable === true && !(args.body instanceof ReadableStream);
    for (let failed = 1; ; failed++) {
      try {
        return await once(id, args);
      } catch (error) {
        const isPassing = error instanceof ApiProblem && PASSING.has(error.status);
        if (!isPassing || !mayRepeat || failed >= tries) throw error;
        await new Promise((done) => setTimeout(done, waitMs(error, failed)));
      }
    }
  }

  return {
    open,
    async ask(id, args) {
      const answer = await open(id, args);
      return answer.status === 204 ? undefined : await answer.json();
    },
  };
}
