// One webhook sent: a request of its own, to an address that was looked at. What went wrong is told in a word, and nothing of what
// was found there: an address that somebody chose must not be a way to look into the network.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { TargetRefused, type Targets } from './webhook-targets.ts';

const TIMEOUT_MS = 10_000;

/** The receiver answered, and did not take it; its message is "status N", and says no more of the answer. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  readonly status: number;
  /** The header of that name, as it came. */
  readonly retryAfter: string | undefined;
  constructor(status: number, retryAfter: string | undefined) {
    super(`status ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

type Answer = { readonly status: number; readonly retryAfter: string | undefined };

/** Resolves when the receiver took it; throws NotTaken, or an error whose message is "refused", "unreachable" or "timeout". */
export async function sendWebhook(
  targets: Targets,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  stopping: AbortSignal,
): Promise<void> {
  // What was allowed when the channel was added may not be any more, and the address of a number is looked up by nobody.
  if (targets.problem(target) !== undefined) throw new Error('refused: the desk does not send there');
  const url = new URL(target);
  const late = AbortSignal.timeout(TIMEOUT_MS);
  let answered: Answer;
  try {
    answered = await new Promise<Answer>((done, failed) => {
      const send = url.protocol === 'https:' ? requestHttps : requestHttp;
      const request = send(
        url,
        {
          method: 'POST',
          agent: false,
          lookup: targets.lookup,
          signal: AbortSignal.any([stopping, late]),
          headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        },
        (answer) => {
          done({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] });
          answer.destroy();
        },
      );
      request.on('error', failed);
      request.end(body);
    });
  } catch (error) {
    if (error instanceof TargetRefused) throw new Error('refused: the desk does not send there');
    throw new Error(late.aborted ? 'timeout' : 'unreachable');
  }
  const { status, retryAfter } = answered;
  if (status < 200 || status > 299) throw new NotTaken(status, retryAfter);
}
