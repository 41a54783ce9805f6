// Ports for servers of our own.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody listens on; the next one every time. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
