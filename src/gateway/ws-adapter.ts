import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { WsAdapter } from '@nestjs/platform-ws';
import { isObservable, lastValueFrom } from 'rxjs';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config/index.js';
import { FrameLimit, Session, type FrameVerdict } from '../connections/index.js';
import { toGatewayError } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { Metrics, type ConnectRefusal, type Count } from '../metrics/index.js';
import { newConnectionId } from '../presence/index.js';
import {
  Close,
  ERRORS,
  errorBody,
  GatewayError,
  parseFrame,
  retryAfterSeconds,
  unknownAction,
  type ClientFrame,
  type ErrorBody,
} from '../protocol/index.js';
import { refusalOf } from './connection-reasons.js';
import { errorReply } from './error-reply.js';
import type { GatewaySocket } from './gateway-socket.js';
import { TOO_MANY, UpgradeDoor, type Admission } from './upgrade-door.js';

/** Fragments of one message: a client that needs more is up to something. */
const MAX_FRAGMENTS = 64;
/** What the chunks of a frame that is not complete yet must have on average: each costs memory, however short it is. */
const SMALLEST_CHUNK_BYTES = 128;

type Handlers = ReadonlyMap<string, MessageMappingProperties['callback']>;

/**
 * WebSocket transport of the gateway. Differs from the framework's adapter where a payment would suffer: who connects is
 * decided before the upgrade, frames of one client are handled one after the other, every bad frame gets its answer, and no
 * frame passes through RxJS.
 */
export class GatewayWsAdapter extends WsAdapter {
  private readonly door: UpgradeDoor;
  private readonly config: Config;
  private readonly log: Logger;
  private readonly refusals: Record<ConnectRefusal, Count>;

  constructor(app: INestApplicationContext) {
    super(app);
    this.door = app.get(UpgradeDoor);
    this.config = app.get<Config>('CONFIG');
    this.log = app.get<Logger>('LOGGER');
    this.refusals = app.get(Metrics).connectsRefused.by('reason');
  }

  override create(port: number, options: Record<string, unknown> = {}): WebSocketServer {
    return super.create(port, {
      ...options,
      maxPayload: this.config.maxFrameBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: Math.ceil(this.config.maxFrameBytes / SMALLEST_CHUNK_BYTES) + 64,
      // The session answers pings, as fast as it answers anything.
      autoPong: false,
      perMessageDeflate: false,
      // Checked with the frame: a client that sends bad UTF-8 gets an error and keeps its connection.
      skipUTF8Validation: true,
    }) as WebSocketServer;
  }

  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (this.httpServersRegistry.has(port) || !httpServer) {
      return undefined;
    }
    this.httpServersRegistry.set(port, httpServer);
    const listener = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      void this.upgrade(port, request, socket, head);
    httpServer.on('upgrade', listener);
    return httpServer;
  }

  private async upgrade(port: number, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', ignore);
    const retryAfterMs = this.door.refusedFor(request);
    if (retryAfterMs > 0) {
      this.refusals.rate_limited.add();
      const body = errorBody('RATE_LIMITED', { message: TOO_MANY, retryAfterMs });
      refuse(socket, ERRORS.RATE_LIMITED.status, body, retryAfterSeconds(retryAfterMs));
      return;
    }
    try {
      const admission = await this.door.admit(request);
      socket.off('error', ignore);
      const [server] = this.wsServersRegistry.get(port) as unknown as WebSocketServer[];
      server!.handleUpgrade(request, socket, head, (client) => {
        (client as GatewaySocket).session = this.newSession(admission, client, socket);
        server!.emit('connection', client, request);
      });
    } catch (error) {
      const known = toGatewayError(error, this.log, { stage: 'upgrade' });
      this.refusals[refusalOf(known.kind)].add();
      refuse(socket, known.status, known.toBody(), known.retryAfterSeconds);
    }
  }

  private newSession({ principal, extensions }: Admission, client: WebSocket, wire: Duplex): Session {
    const { framesPerSecond } = this.config;
    const connectionId = newConnectionId(principal.groupId);
    return new Session(connectionId, principal, extensions, client, wire, framesPerSecond);
  }

  /** Errors of a socket are the peer's doing (1009, resets); each is followed by a close, which is handled. */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    server.on('connection', (socket) =>
      socket.on('error', (error) => this.log.debug({ err: error }, 'socket error')),
    );
    server.on('error', (error) => this.log.error({ err: error }, 'WebSocket server error'));
    return server;
  }

  override bindMessageHandlers(client: GatewaySocket, mappings: MessageMappingProperties[]): void {
    const handlers: Handlers = new Map(
      mappings.map(({ message, callback }) => [message as string, callback]),
    );
    const limit = new FrameLimit(this.config.framesPerSecond);
    client.session.handleFrames((data, isBinary) =>
      this.handle(client.session, handlers, limit, data, isBinary),
    );
  }

  private async handle(
    session: Session,
    handlers: Handlers,
    limit: FrameLimit,
    data: Buffer,
    isBinary: boolean,
  ): Promise<void> {
    let frame: ClientFrame | undefined;
    try {
      const verdict = limit.take(Date.now(), data.length);
      if (verdict.kind !== 'ok') {
        await refuseFrame(session, verdict);
        return;
      }
      frame = parseFrame(data, isBinary);
      const callback = handlers.get(frame.action);
      if (!callback) {
        throw unknownAction(frame.action);
      }
      const reply = await settled(callback(frame, frame.action));
      if (typeof reply === 'string') {
        session.send(reply);
      }
    } catch (error) {
      const { connectionId, principal } = session;
      const known = toGatewayError(error, this.log, { connectionId, keyId: principal.keyId });
      session.send(
        errorReply(known, { requestAction: known.kind === 'UNKNOWN_ACTION' ? undefined : frame?.action }),
      );
    }
  }
}

/** @throws GatewayError `RATE_LIMITED`, after a pause in which nothing more is read if it is a flood */
async function refuseFrame(session: Session, verdict: Exclude<FrameVerdict, { kind: 'ok' }>): Promise<void> {
  if (verdict.kind === 'close') {
    session.close(Close.rateLimited);
    return;
  }
  if (verdict.holdMs > 0) {
    await sleep(verdict.holdMs);
  }
  throw new GatewayError('RATE_LIMITED', { retryAfterMs: verdict.retryAfterMs });
}

/** A handler's result; with an interceptor on the gateway the framework wraps it, and nothing runs until it is awaited. */
async function settled(result: unknown): Promise<unknown> {
  const value = await result;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
}

function refuse(socket: Duplex, status: number, error: ErrorBody, retryAfter: number | undefined): void {
  const body = JSON.stringify(error);
  const lines = [
    `HTTP/1.1 ${status} ${error.error}`,
    'Connection: close',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
  ];
  socket.once('finish', destroy);
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function destroy(this: Duplex): void {
  this.destroy();
}

function ignore(): void {}
