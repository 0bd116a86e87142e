import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { startRedisInProcess } from './embedded-memory.js';
import { startRedisProcess } from './embedded-process.js';
import { embeddedSocketPath, freeSocket } from './embedded-socket.js';

export { embeddedSocketPath };

/** What the embedded Redis needs of a logger; a pino logger fits. */
export interface EmbeddedRedisLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** `binary` names a redis-server to use instead of the one on the PATH; it must exist then. */
export interface EmbeddedRedisOptions {
  dataDir: string;
  logger: EmbeddedRedisLogger;
  binary?: string;
}

/** The private Redis of a gateway that is the only instance. It ends with the gateway, however that one ends. */
export interface EmbeddedRedis {
  /** What ioredis connects to: the path of a unix socket that belongs to this user. */
  readonly url: string;
  /** Whether the data survives a restart. */
  readonly persistent: boolean;
  /** Calls back when the server ends without having been stopped: the gateway has lost its store. */
  onExit(callback: (reason: string) => void): void;
  /** Ends the server with everything it acknowledged on disk. May be called twice. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** Starts the installed redis-server, or where none is installed the in-process server, which forgets at exit. */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const { logger, binary = 'redis-server' } = options;
  const dataDir = resolve(options.dataDir);
  await freeSocket(embeddedSocketPath(dataDir), dataDir, logger);
  if (await isInstalled(binary)) return startRedisProcess({ dataDir, logger, binary });
  if (options.binary !== undefined) throw new Error(`There is no redis-server at ${binary}`);
  return startRedisInProcess(dataDir, logger);
}

async function isInstalled(binary: string): Promise<boolean> {
  try {
    await run(binary, ['--version']);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new Error(`${binary} is there, but a redis-server cannot be run with it`, { cause: error });
  }
}
