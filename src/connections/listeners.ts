import type { RawData, WebSocket } from 'ws';
import type { Session } from './session.js';

/** Under this name a socket knows its session. */
const SESSION = Symbol('session');
type OwnedSocket = WebSocket & { [SESSION]: Session };

/**
 * Lets a session hear its socket. The listeners are the same for all sockets: those of its own would be four closures for each of
 * thousands that say nothing.
 */
export function listen(socket: WebSocket, session: Session): void {
  (socket as OwnedSocket)[SESSION] = session;
  socket.on('message', onMessage);
  socket.on('ping', onPing);
  socket.on('pong', onPong);
  socket.on('close', onClose);
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  sessionOf(this).receive(data as Buffer, isBinary);
}

function onPing(this: WebSocket, payload: Buffer): void {
  sessionOf(this).receivePing(payload);
}

function onPong(this: WebSocket, payload: Buffer): void {
  sessionOf(this).receivePong(payload);
}

function onClose(this: WebSocket, code: number): void {
  sessionOf(this).end(code);
}

function sessionOf(socket: WebSocket): Session {
  return (socket as OwnedSocket)[SESSION];
}
