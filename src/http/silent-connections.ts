import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Knows the connections on which nothing was ever said, such as those that browsers open ahead.
 * Node takes them for busy, so a server that closes would wait for them.
 */
export function silentConnections(server: Server): { close(): void } {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    close: () => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}
