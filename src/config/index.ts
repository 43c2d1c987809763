export { type Config, ConfigError, type Endpoint, readConfig } from './config.ts';
export { environmentOf, flagOf, type Setting, type SettingType } from './setting.ts';
export { readDuration } from './setting-types.ts';
export { SETTINGS } from './settings.ts';
