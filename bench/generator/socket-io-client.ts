import { WebSocket, type ClientOptions } from 'ws';

/** Begins every event of the default namespace: Engine.IO "message", Socket.IO "event". */
export const EVENT = '42["';
/** Emitted when the server has let the client into the default namespace. */
export const JOINED = 'joined';

const JOIN = '40';
const PONG = '3';
const [PING_TYPE, MESSAGE_TYPE, CONNECT_TYPE] = ['2', '4', '0'].map((digit) => digit.charCodeAt(0));
const ACTION_KEY = '{"action":"';

/**
 * As much of Socket.IO 5 over Engine.IO 4 as the load needs, as cheap as a plain socket. What is sent are frames of the API: the
 * action becomes the name of the event, the rest its argument. What comes in is left as it is.
 */
export class SocketIoClient extends WebSocket {
  constructor(url: string, options: ClientOptions) {
    super(url, options);
    this.once('open', () => super.send(JOIN));
    this.on('message', (data: Buffer) => {
      if (data[0] === PING_TYPE) super.send(PONG);
      else if (data[0] === MESSAGE_TYPE && data[1] === CONNECT_TYPE) this.emit(JOINED);
    });
  }

  override send(frame: string): void {
    const end = frame.indexOf('"', ACTION_KEY.length);
    const rest = frame.slice(frame[end + 1] === ',' ? end + 2 : end + 1);
    super.send(`${EVENT}${frame.slice(ACTION_KEY.length, end)}",{${rest}]`);
  }
}
