// @ts-check
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** @typedef {{ action: string; [member: string]: any }} Frame */

/** One device with one connection: what every till and every terminal needs. */
export class Device {
  /** @type {WebSocket | undefined} */
  #socket;

  /**
   * @param {string} url
   * @param {string} key
   */
  constructor(url, key) {
    this.url = url;
    this.key = key;
  }

  /** Resolves when the gateway has let it in. */
  async connect() {
    const socket = new WebSocket(this.url, { headers: { 'x-api-key': this.key } });
    socket.on('message', (data) => this.onFrame(JSON.parse(data.toString())));
    this.#socket = socket;
    await once(socket, 'open');
    // A cut is followed by a close; there is nothing else to do about it.
    socket.on('error', () => {});
  }

  /** @param {Frame} _frame */
  onFrame(_frame) {}

  /** @param {Frame} frame */
  send(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** Ends without a word, as when the network goes. */
  drop() {
    this.#socket?.terminate();
  }
}
