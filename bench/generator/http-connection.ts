import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  body: string;
}

interface Call {
  resolve: (answer: HttpAnswer) => void;
  reject: (error: Error) => void;
}

const HEAD_END = '\r\n\r\n';

/** One TCP connection that carries one HTTP call at a time: thin, so that thousands of them cost the generator little. */
export class HttpConnection {
  private received = '';
  private call: Call | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.read(text as unknown as string));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  /** @param port on 127.0.0.1 */
  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  /** False while an answer is waited for. */
  get isFree(): boolean {
    return this.call === undefined && !this.socket.destroyed;
  }

  /** @param request as it goes over the wire. Rejects if the connection ends first. */
  send(request: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.call = { resolve, reject };
      this.socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.slice(0, headEnd);
    const bodyAt = headEnd + HEAD_END.length;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.received.length < bodyAt + length) return;
    const body = this.received.slice(bodyAt, bodyAt + length);
    this.received = '';
    const call = this.call;
    this.call = undefined;
    call?.resolve({ status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)), body });
  }

  private fail(error: Error): void {
    const call = this.call;
    this.call = undefined;
    call?.reject(error);
  }
}
