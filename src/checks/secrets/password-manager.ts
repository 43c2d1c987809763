import { CheckFailure } from '../failure.ts';
import type { OptionSpec } from '../options/option-spec.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Environment } from '../source/credentials.ts';
import { environmentManager } from './environment.ts';
import { fileManager } from './file.ts';

/** A place that secrets come from, so that they need not stand on the command line. */
export interface PasswordManager {
  readonly heading: string;
  readonly options: readonly OptionSpec[];
  /** Overrides options with what the place holds. @throws CheckFailure */
  apply(options: OptionValues, env: Environment): void;
}

const MANAGERS: ReadonlyMap<string, PasswordManager> = new Map([
  ['environment', environmentManager],
  ['file', fileManager],
]);

/** The manager that `--pass-manager` names, or nothing. @throws CheckFailure for one that there is not */
export function passwordManager(name: string | undefined): PasswordManager | undefined {
  if (name === undefined) return undefined;
  const manager = MANAGERS.get(name);
  if (manager) return manager;
  throw new CheckFailure(`Cannot load module 'centreon::plugins::passwordmgr::${name}'`, {
    details: [`Password managers that are there: ${[...MANAGERS.keys()].join(', ')}.`],
  });
}
