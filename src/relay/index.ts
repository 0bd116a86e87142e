export { HintLine, type HintType } from './hint-line.js';
export {
  DEPOSIT_LUA,
  escapeId,
  type Mail,
  mailId,
  type MailKind,
  RECORD_LUA,
  recordKey,
  transactionOf,
  unescapeId,
} from './mail.js';
export { type MailHandler, Relay } from './relay.js';
export { RelayModule } from './relay.module.js';
