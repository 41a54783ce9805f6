// Ports for servers of our own.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** The system gives any free port, and now and then the same one again. */
const given = new Set<number>();

/** A port that nobody listens on; another one every time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    if (given.has(address.port)) continue;
    given.add(address.port);
    return address.port;
  }
}
