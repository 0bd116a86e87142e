export { type Config, ConfigError, instanceIdOf, loadConfig } from './config.js';
export { SETTINGS, type Setting } from './settings.js';
export { GATEWAY_VERSION } from './version.js';
