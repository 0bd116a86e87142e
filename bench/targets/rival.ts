import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.js';
import type { Target } from '../types.js';
import { instanceNames } from './instances.js';

export interface RivalPlan {
  name: string;
  label: string;
  /** Compiled module of an instance, beside this one. */
  server: string;
  /** Of its WebSocket endpoint, where it is not that of the gateway. */
  path?: string;
}

/** A system of the bench's own, all of whose instances are alike. */
export function rival({ name, label, server, path = '/v1' }: RivalPlan): Target {
  const file = fileURLToPath(new URL(server, import.meta.url));
  return {
    name,
    label,
    async start({ redisUrl, keysFile, dir, probed, instances }) {
      const start = (instance: string) => {
        const env = { REDIS_URL: redisUrl, API_KEYS_FILE: keysFile, INSTANCE_ID: instance };
        return ServerProcess.start({ file, name: instance, env, dir, probed });
      };
      const processes = await Promise.all(instanceNames(instances).map(start));
      return {
        urls: processes.map(({ port }) => `ws://127.0.0.1:${port}${path}`),
        processes,
        stop: async () => void (await Promise.all(processes.map((process) => process.stop()))),
      };
    },
  };
}
