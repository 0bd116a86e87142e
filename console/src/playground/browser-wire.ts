import type { OpenWire } from './cable.js';

/**
 * A WebSocket of this browser. No browser lets a page drop a connection without a closing handshake, not even by ending the worker
 * that holds it (the gateway then sees 1001): a cut closes it and listens to nothing any more. To the gateway a close is a drop
 * like any other.
 */
export const openBrowserWire: OpenWire = (url, owner) => {
  const socket = new WebSocket(url);
  socket.onopen = () => owner.onOpen();
  socket.onmessage = ({ data }) => owner.onText(String(data));
  socket.onclose = ({ code, reason }) => owner.onClosed(code, reason);
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    kill: () => {
      socket.onmessage = socket.onclose = null;
      // Closed before it is open, it would be an error in the browser's console, with the key in it.
      if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
      else socket.close();
    },
  };
};
