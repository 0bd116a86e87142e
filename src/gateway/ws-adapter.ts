import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { WsAdapter } from '@nestjs/platform-ws';
import { isObservable, lastValueFrom } from 'rxjs';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config/index.js';
import { Session, type EndHandler, type FrameHandler, type FrameVerdict } from '../connections/index.js';
import { toGatewayError } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import { Metrics, type ConnectRefusal, type Count } from '../metrics/index.js';
import { newConnectionId } from '../presence/index.js';
import {
  ClientAction,
  Close,
  ERRORS,
  errorBody,
  GatewayError,
  parseFrame,
  pongFrame,
  retryAfterSeconds,
  type ClientFrame,
  type ErrorBody,
} from '../protocol/index.js';
import { refusalOf } from './connection-reasons.js';
import { Attendance } from './attendance.js';
import { Desks } from './desks.js';
import { errorReply } from './error-reply.js';
import { TOO_MANY, UpgradeDoor, type Admission } from './upgrade-door.js';

/** Fragments of one message: a client that needs more is up to something. */
const MAX_FRAGMENTS = 64;
/** What the chunks of a frame that is not complete yet must have on average: each costs memory, however short it is. */
const SMALLEST_CHUNK_BYTES = 128;

/**
 * WebSocket transport of the gateway. Differs from the framework's adapter where a payment would suffer: who connects is
 * decided before the upgrade, frames of one client are handled one after the other, every bad frame gets its answer, and no
 * frame passes through RxJS.
 */
export class GatewayWsAdapter extends WsAdapter {
  private readonly door: UpgradeDoor;
  private readonly config: Config;
  private readonly log: Logger;
  private readonly attendance: Attendance;
  private readonly refusals: Record<ConnectRefusal, Count>;
  private readonly desks = new Desks();
  /** One for all sockets: each of its own would be memory. */
  private readonly onFrame: FrameHandler = (session, data, isBinary) => this.handle(session, data, isBinary);
  private readonly onEnd: EndHandler = (session, code) => this.attendance.depart(session, code);
  private readonly onSocketError = (error: Error) => this.log.debug({ err: error }, 'socket error');

  constructor(app: INestApplicationContext) {
    super(app);
    this.door = app.get(UpgradeDoor);
    this.config = app.get<Config>('CONFIG');
    this.log = app.get<Logger>('LOGGER');
    this.attendance = app.get(Attendance);
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
      server!.handleUpgrade(request, socket, head, (client) => this.welcome(admission, client, socket));
    } catch (error) {
      const known = toGatewayError(error, this.log, { stage: 'upgrade' });
      this.refusals[refusalOf(known.kind)].add();
      refuse(socket, known.status, known.toBody(), known.retryAfterSeconds);
    }
  }

  private welcome({ principal, extensions }: Admission, client: WebSocket, wire: Duplex): void {
    const { framesPerSecond } = this.config;
    const connectionId = newConnectionId(principal.groupId);
    const session = new Session(connectionId, principal, extensions, client, wire, framesPerSecond);
    session.serve(this.onFrame, this.onEnd);
    // Errors of a socket are the peer's doing (1009, resets); each is followed by a close.
    client.on('error', this.onSocketError);
    void this.attendance.arrive(session);
  }

  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    server.on('error', (error) => this.log.error({ err: error }, 'WebSocket server error'));
    return server;
  }

  override bindClientConnect(_server: WebSocketServer, introduce: (desk: object) => void): void {
    this.desks.open(introduce);
  }

  /** A desk never leaves. */
  override bindClientDisconnect(): void {}

  override bindMessageHandlers(desk: object, mappings: MessageMappingProperties[]): void {
    this.desks.bind(desk, mappings);
  }

  private async handle(session: Session, data: Buffer, isBinary: boolean): Promise<void> {
    let frame: ClientFrame | undefined;
    try {
      const verdict = session.frameLimit.take(Date.now(), data.length);
      if (verdict.kind !== 'ok') {
        await refuseFrame(session, verdict);
        return;
      }
      frame = parseFrame(data, isBinary);
      // It is about the connection alone, and the only frame that most clients send most of the time.
      if (frame.action === ClientAction.ping) {
        session.send(pongFrame());
        return;
      }
      const reply = await this.desks.handle(session, frame);
      const text = isObservable(reply) ? await lastValueFrom(reply, { defaultValue: undefined }) : reply;
      if (typeof text === 'string') {
        session.send(text);
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
