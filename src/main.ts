import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CertificateUnusable, HttpAdapter, prepareHttp, ServerCertificate } from './api/index.js';
import { AppModule } from './app.module.js';
import { ConfigError, loadConfig, type Config } from './config/index.js';
import { GatewayWsAdapter, Service } from './gateway/index.js';
import { KeyFileError, KeyStore, loadKeyFile, unreadableSecrets } from './keys/index.js';
import { createLogger, errorText, NestLogger, type Logger } from './logging/index.js';
import { startEmbeddedRedis, Store, StoreUnusable, type EmbeddedRedis } from './redis/index.js';
import { startTracing, Trail, type Spans } from './tracing/index.js';

/** Everything of a running instance, in the order in which it was started. */
interface Instance {
  spans: Spans | undefined;
  embedded: EmbeddedRedis | undefined;
  store: Store;
  app: NestExpressApplication;
}

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config.logLevel, config.instanceId);
  surviveFaults(logger);
  const instance = await start(config, logger);
  let stopping: Promise<void> | undefined;
  const stopOnce = (exitCode: number) => (stopping ??= stop(instance, logger, exitCode));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stopOnce(0));
  }
  instance.embedded?.onExit((reason) => {
    logger.fatal({ reason }, 'the embedded store has ended');
    void stopOnce(1);
  });
}

async function start(config: Config, logger: Logger): Promise<Instance> {
  const spans = await startTracing(config, logger);
  const embedded = hasStore(config)
    ? undefined
    : await startEmbeddedRedis({ dataDir: config.dataDir, logger });
  const store = new Store(config, { ...(embedded && { embedded: embedded.url }) }, logger);
  await store.open();
  const certificate = ServerCertificate.of(config, logger);
  const root = AppModule.on({ config, logger, store, trail: new Trail(logger, spans) });
  const app = await NestFactory.create<NestExpressApplication>(root, new HttpAdapter(config), {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
    ...(certificate && { httpsOptions: certificate.options }),
  });
  app.useWebSocketAdapter(new GatewayWsAdapter(app));
  prepareHttp(app);
  if (config.apiKeysFile) {
    const count = await loadKeyFile(config.apiKeysFile, app.get(KeyStore));
    logger.info({ count }, 'API keys loaded');
  }
  await tellOfSecrets(config, logger, app.get(KeyStore));
  await app.get(Service).start();
  await app.listen(config.port, config.host);
  certificate?.serve(app.getHttpServer());
  logger.info({ url: await app.getUrl() }, 'listening');
  return { spans, embedded, store, app };
}

async function tellOfSecrets(config: Config, logger: Logger, keys: KeyStore): Promise<void> {
  const unreadable = await unreadableSecrets(keys, config);
  if (unreadable > 0) {
    const why = 'secrets were sealed with another SECRETS_KEY: signed calls of their keys fail, and webhooks';
    logger.error({ unreadable }, why);
  } else if (config.secretsKey === undefined) {
    logger.warn('SECRETS_KEY is not set: the secrets of keys and webhooks lie open in the store');
  }
}

/** Drains, then closes what was opened, last opened first. */
async function stop(
  { spans, embedded, store, app }: Instance,
  logger: Logger,
  exitCode: number,
): Promise<void> {
  try {
    await app.get(Service).drain();
    await app.close();
    await store.close();
    await embedded?.stop();
    await spans?.stop();
    logger.info('stopped');
    process.exit(exitCode);
  } catch (error) {
    logger.fatal({ err: error }, 'stop failed');
    process.exit(1);
  }
}

function hasStore({ redisUrl, redisClusterNodes, redisSentinels }: Config): boolean {
  return Boolean(redisUrl) || redisClusterNodes.length > 0 || redisSentinels.length > 0;
}

/** A fault that nobody foresaw must not end the process while it carries payments. It is logged, and stays a bug. */
function surviveFaults(logger: Logger): void {
  process.on('uncaughtException', (error) => logger.fatal({ err: error }, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => logger.fatal({ err: reason }, 'unhandled rejection'));
}

const MENDABLE = [ConfigError, KeyFileError, StoreUnusable, CertificateUnusable];

/** Faults that an operator can mend are told in a sentence, all others with where they come from. */
function explain(error: unknown): string {
  if (MENDABLE.some((type) => error instanceof type)) {
    return (error as Error).message;
  }
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? 'PORT is in use by another process'
    : errorText(error);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
