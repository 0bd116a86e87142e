/** The floor of a frame in Node with `ws`: answers every frame with a pong and looks at nothing, neither key nor frame. */
import { healthyServer, listen, sendPong, socketServer } from './rival-server.js';

const http = healthyServer();
socketServer(http).on('connection', (socket) => socket.on('message', () => sendPong(socket)));
listen(http);
