import { CheckFailure } from '../failure.ts';
import type { OptionSpec } from '../options/option-spec.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Environment } from '../source/credentials.ts';
import { environmentPlace } from './environment.ts';
import { filePlace } from './file.ts';

/** A place that secrets come from, so that they need not stand on the command line. */
export interface SecretPlace {
  readonly heading: string;
  readonly options: readonly OptionSpec[];
  /** Overrides options with what the place holds. @throws CheckFailure */
  apply(options: OptionValues, env: Environment): void;
}

const MANAGERS: ReadonlyMap<string, SecretPlace> = new Map([
  ['environment', environmentPlace],
  ['file', filePlace],
]);

/** The manager that `--pass-manager` names, or nothing. @throws CheckFailure for one that there is not */
export function secretPlace(name: string | undefined): SecretPlace | undefined {
  if (name === undefined) return undefined;
  const manager = MANAGERS.get(name);
  if (manager) return manager;
  throw new CheckFailure(`Cannot load module 'centreon::plugins::passwordmgr::${name}'`, {
    details: [`Password managers that are there: ${[...MANAGERS.keys()].join(', ')}.`],
  });
}
