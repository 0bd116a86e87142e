export { type Config, ConfigError, instanceIdOf, loadConfig } from './config.js';
export type { Setting } from './setting.js';
export { SETTINGS } from './settings.js';
export { GATEWAY_VERSION } from './version.js';
