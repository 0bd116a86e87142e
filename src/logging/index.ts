export { createLogger, NestLogger, type Logger } from './logger.js';
