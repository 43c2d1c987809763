import { CheckFailure } from './failure.ts';
import { helpSection } from './help/help-text.ts';
import { MODE_VERSION } from './mode-version.ts';
import { MODES } from './modes/all-modes.ts';
import type { Mode } from './modes/mode.ts';
import { MULTI_OPTIONS } from './modes/multi.ts';
import { AWSCLI_OPTIONS, SDK_OPTIONS } from './options/connection-options.ts';
import { GLOBAL_OPTIONS } from './options/global-options.ts';
import type { OptionSpec } from './options/option-spec.ts';
import { OUTPUT_OPTIONS } from './options/output-options.ts';
import type { SecretPlace } from './secrets/secret-place.ts';

/** The name that command lines and answers know the plugin by. */
export const PLUGIN_NAME = 'cloud::aws::cloudtrail::plugin';

/** The product's version; a test holds it to package.json. */
export const VERSION = '0.1.0';

/** Each way to the API by its name. `sdk` is what `paws` has become. */
export const CUSTOM_MODES: ReadonlyMap<string, readonly OptionSpec[]> = new Map([
  ['awscli', AWSCLI_OPTIONS],
  ['paws', SDK_OPTIONS],
  ['sdk', SDK_OPTIONS],
]);

const HEADINGS: ReadonlyMap<string, string> = new Map([
  ['awscli', 'Awscli Options'],
  ['paws', 'Paws Options'],
  ['sdk', 'Sdk Options'],
]);

/** The answer to `--version`. */
export function versionAnswer(of: 'Global' | 'Plugin' | 'Mode'): CheckFailure {
  return new CheckFailure(`${of} Version: ${of === 'Mode' ? MODE_VERSION : VERSION}`, { plain: true });
}

/** The answer to `--help`, as far as the command line says what it is about. */
export function helpAnswer(about?: {
  readonly customMode: string;
  readonly mode: Mode | 'multi';
  readonly manager: SecretPlace | undefined;
}): CheckFailure {
  const sections = generalHelp();
  if (about !== undefined) {
    const { customMode, mode, manager } = about;
    sections.push(helpSection('Output Options', OUTPUT_OPTIONS));
    if (manager) sections.push(helpSection(manager.heading, manager.options));
    sections.push(helpSection(HEADINGS.get(customMode)!, CUSTOM_MODES.get(customMode)!));
    sections.push(
      mode === 'multi'
        ? helpSection('Mode', MULTI_OPTIONS, 'Check multiple modes at once.')
        : helpSection('Mode', mode.options, mode.introduction),
    );
  }
  return new CheckFailure('', { details: [sections.join('\n').replace(/\n$/, '')] });
}

/** The answer to `--list-mode`. */
export function modesAnswer(): CheckFailure {
  return listAnswer([
    'Modes Meta:',
    '   multi',
    '',
    'Modes Available:',
    ...[...MODES.keys()].sort().map((name) => `   ${name}`),
  ]);
}

/** The answer to `--list-custommode`. */
export function customModesAnswer(): CheckFailure {
  return listAnswer(['Custom Modes Available:', ...[...CUSTOM_MODES.keys()].map((name) => `   ${name}`)]);
}

/** The answer to `--list-plugin`. */
export function pluginsAnswer(): CheckFailure {
  return new CheckFailure('', {
    details: ['-----------------', `PLUGIN: ${PLUGIN_NAME}`, 'DESCRIPTION:', '    Check Amazon CloudTrail.'],
  });
}

function listAnswer(lines: readonly string[]): CheckFailure {
  return new CheckFailure('', { plain: true, details: [...generalHelp(), ...lines] });
}

function generalHelp(): string[] {
  return [
    'Plugin Description:\n    Check Amazon CloudTrail.\n',
    helpSection('Global Options', GLOBAL_OPTIONS),
  ];
}
