/** How the text of a setting becomes its value. */
export interface SettingType<T> {
  /** For people, after "expected": `a port number from 0 to 65535`. */
  readonly expected: string;
  /** How `--help` names the value; absent for switches, which take none. */
  readonly placeholder?: string;
  /** Answers undefined when the text is not a value of this type. */
  readonly read: (text: string) => T | undefined;
}

/** One setting: everything that flags, environment, config file, `--help` and the manual say of it. */
export interface Setting<T> {
  readonly group: 'Server' | 'Accounts' | 'Events' | 'Neighbours' | 'Limits';
  readonly type: SettingType<T>;
  /** In the text form that a user would write; absent: the setting may be missing. */
  readonly default?: string;
  readonly description: string;
  readonly example?: string;
  /** Secrets are read from the environment only: flags show up in process lists, files in backups. */
  readonly environmentOnly?: boolean;
  /** Its text may hold a password: it is not shown in errors. */
  readonly mayHoldSecret?: boolean;
}

/** `dataDir` → `--data-dir`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `dataDir` → `OPENTRAIL_DATA_DIR`. */
export function environmentOf(name: string): string {
  return `OPENTRAIL_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
