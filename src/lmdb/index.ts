export { type EnvironmentOptions, inTransaction, nextNumber, openEnvironment } from './environment.ts';
export { findDamage } from './find-damage.ts';
export { hasMembers, readRows, type UnreadableRow } from './rows.ts';
