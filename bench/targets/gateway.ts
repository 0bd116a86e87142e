import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.js';
import type { Target } from '../types.js';
import { instanceNames } from './instances.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The gateway as an operator runs it, with every default but the limits that would refuse the load itself. */
export const gateway: Target = {
  name: 'gateway',
  label: 'Terminal Gateway',
  async start({ redisUrl, keysFile, dir, instances, probed, environment }) {
    const start = (name: string, env: Record<string, string>) =>
      ServerProcess.start({
        file: MAIN,
        name,
        env: { ...defaults(redisUrl, name), ...environment, ...env },
        dir,
        probed,
      });
    // The last instance brings the keys. What that leaves in its memory is not to be taken for that of connections, which the
    // suites about memory open on the first one.
    const names = instanceNames(instances);
    const last = await start(names.pop()!, { API_KEYS_FILE: keysFile });
    const processes = [...(await Promise.all(names.map((name) => start(name, {})))), last];
    return {
      urls: processes.map(({ wsUrl }) => wsUrl),
      processes,
      stop: async () => void (await Promise.all(processes.map((process) => process.stop()))),
    };
  },
};

function defaults(redisUrl: string, instance: string): Record<string, string> {
  return {
    REDIS_URL: redisUrl,
    INSTANCE_ID: instance,
    // All clients come from one address, and some send hundreds of frames a second.
    RATE_LIMIT_CONNECTS_PER_MINUTE: '0',
    RATE_LIMIT_FRAMES_PER_SECOND: '0',
    MAX_SOCKETS_PER_ADDRESS: '0',
  };
}
