import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigError, type Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { Scrape } from './scrape.js';

const PATH = '/metrics';
/** A scraper needs one, people who look perhaps another. */
const MOST_CONNECTIONS = 50;

/** A port with nothing but `GET /metrics`, for the inside: a balancer that passes PORT on can not reach it by mistake. */
@Injectable()
export class MetricsPort implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly scrape: Scrape,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {}

  /** @throws ConfigError if the port is taken */
  async onApplicationBootstrap(): Promise<void> {
    const { metricsPort, host } = this.config;
    if (metricsPort === 0) {
      return;
    }
    const server = createServer((request, response) => void this.answer(request, response));
    server.maxConnections = MOST_CONNECTIONS;
    server.listen(metricsPort, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      throw isTaken ? new ConfigError(['METRICS_PORT is in use by another process']) : error;
    }
    this.server = server;
    this.logger.info({ port: metricsPort }, 'metrics are served');
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== PATH) {
      end(response, 404);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      end(response, 405, { allow: 'GET, HEAD' });
    } else if (!this.scrape.isAllowed(request.headers.authorization)) {
      end(response, 401, { 'www-authenticate': 'Bearer' });
    } else {
      await this.serve(response);
    }
  }

  private async serve(response: ServerResponse): Promise<void> {
    try {
      const text = await this.scrape.text();
      response.writeHead(200, { 'content-type': this.scrape.contentType, 'cache-control': 'no-store' });
      response.end(text);
    } catch (error) {
      this.logger.error({ err: error }, 'the metrics could not be put together');
      end(response, 500);
    }
  }
}

function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers);
  response.end();
}
