// Requests that end before there is one: what Node itself cannot read is answered as everything else is.
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const WHY: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come.'],
  HPE_HEADER_OVERFLOW: [431, 'The address and headers of a request are at most 16 KB.'],
};

/** For the event `clientError` of a server. */
export function answerUnread(error: Error & { readonly code?: string }, socket: Duplex): void {
  // Whoever went away hears nothing.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, detail] = WHY[error.code ?? ''] ?? [400, 'This is not an HTTP request.'];
  const title = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  if (socket.writable) {
    const head = [
      `HTTP/1.1 ${status} ${title}`,
      'connection: close',
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
