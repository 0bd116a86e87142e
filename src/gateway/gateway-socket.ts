import type { WebSocket } from 'ws';
import type { Session } from '../connections/index.js';

/** The socket as the framework hands it around; its session came into being with the upgrade. */
export interface GatewaySocket extends WebSocket {
  session: Session;
}
