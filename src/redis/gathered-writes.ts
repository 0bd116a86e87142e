import type { Socket } from 'node:net';
import { Cluster, type Redis } from 'ioredis';

/**
 * Lets a client write what it sends in one turn of the event loop at once: a system call for each command is what talking to
 * Redis costs most. Nothing waits for it longer than the turn that it was sent in.
 */
export function gatherWrites(client: Redis | Cluster): void {
  if (client instanceof Cluster) {
    client.on('+node', (node: Redis) => gatherWrites(node));
  } else {
    client.on('connect', () => gather(client.stream));
  }
}

function gather(stream: Socket): void {
  const write = stream.write.bind(stream);
  let text = '';
  const flush = () => {
    const gathered = text;
    text = '';
    // What was sent to a link that has ended since fails with it.
    if (gathered !== '' && stream.writable) write(gathered);
  };
  const writeLater = (chunk: string | Uint8Array): boolean => {
    if (typeof chunk !== 'string') {
      flush();
      return write(chunk);
    }
    if (text === '') setImmediate(flush);
    text += chunk;
    return true;
  };
  stream.write = writeLater;
}
