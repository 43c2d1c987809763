export { type EnvironmentOptions, inTransaction, nextNumber, openEnvironment } from './environment.ts';
export { findDamage } from './find-damage.ts';
export { checkCounter, type Disagreement, hasMembers, type TellDisagreement, wholeRows } from './rows.ts';
