import type { OptionSpec } from './option-spec.ts';

/** Options of the program itself, and those that choose what it does. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: 'plugin', kind: 'value' },
  { name: 'list-plugin', kind: 'flag' },
  { name: 'help', kind: 'flag' },
  { name: 'ignore-warn-msg', kind: 'flag' },
  { name: 'runas', kind: 'value' },
  { name: 'global-timeout', kind: 'value' },
  { name: 'environment', kind: 'list' },
  { name: 'convert-args', kind: 'value' },
  {
    name: 'mode',
    kind: 'value',
    text: 'Define the mode in which you want the plugin to be executed (see --list-mode).',
  },
  { name: 'dyn-mode', kind: 'value', text: "Specify a mode with the module's path (advanced)." },
  { name: 'list-mode', kind: 'flag', text: 'List all available modes.' },
  {
    name: 'mode-version',
    kind: 'value',
    text: 'Check minimal version of mode. If not, unknown error.',
  },
  { name: 'version', kind: 'flag', text: 'Return the version of the plugin.' },
  {
    name: 'custommode',
    kind: 'value',
    text: 'When a plugin offers several ways (CLI, library, etc.) to get information the desired one must be defined with this option.',
  },
  { name: 'list-custommode', kind: 'flag', text: 'List all available custom modes.' },
  {
    name: 'multiple',
    kind: 'flag',
    text: 'Multiple custom mode objects. This may be required by some specific modes (advanced).',
  },
  { name: 'no-sanity-options', kind: 'flag' },
  {
    name: 'pass-manager',
    kind: 'value',
    text: 'Define the password manager you want to use. Supported managers are: environment and file.',
  },
];
