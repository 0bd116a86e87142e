export { TerminalDirectory } from './terminal-directory.js';
export { type Resolution, TerminalResolver } from './terminal-resolver.js';
export { TerminalsModule } from './terminals.module.js';
