import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.js';
import type { Target } from '../types.js';

const SERVER = fileURLToPath(new URL('./thin-relay-server.js', import.meta.url));

/** The practical limit of Node with `ws` and ioredis: what a payment costs when nothing is promised. */
export const thinRelay: Target = {
  name: 'thin',
  label: 'thin relay (ws + ioredis, no guarantees)',
  async start({ redisUrl, keysFile, dir, probed }) {
    const processes = await Promise.all(
      ['one', 'two'].map((name) =>
        ServerProcess.start({
          file: SERVER,
          name,
          env: { REDIS_URL: redisUrl, API_KEYS_FILE: keysFile, INSTANCE_ID: name },
          dir,
          probed,
        }),
      ),
    );
    return {
      urls: processes.map(({ wsUrl }) => wsUrl),
      processes,
      stop: async () => void (await Promise.all(processes.map((process) => process.stop()))),
    };
  },
};
