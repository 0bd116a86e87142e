import type { HttpRequest } from '../edge/index.js';
import type { SignedIn } from './sign-ins.js';

/** A request of the console's page, with what the guard has found out about it. */
export interface ConsoleRequest extends HttpRequest {
  /** Set by {@link ConsoleGuard}. */
  signedIn: SignedIn;
}
