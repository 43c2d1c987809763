import type { OptionSpec } from './option-spec.ts';

/** Options that say how the result is shown; every mode has them. */
export const OUTPUT_OPTIONS: readonly OptionSpec[] = [
  { name: 'verbose', kind: 'flag', text: 'Display extended status information (long output).' },
  { name: 'debug', kind: 'flag', text: 'Display debug messages.' },
  { name: 'debug-stream', kind: 'flag' },
  {
    name: 'show-password',
    kind: 'flag',
    text: 'Accepted for compatibility. Secrets are never displayed, whether it is given or not.',
  },
  {
    name: 'filter-perfdata',
    kind: 'value',
    text: "Keep only perfdata whose label matches the regexp. Example: --filter-perfdata='avg'.",
  },
  {
    name: 'filter-perfdata-adv',
    kind: 'value',
    text: 'Keep only perfdata for which a condition holds, over the variables label, value, unit, warning, critical, min, max, written %{variable} or %(variable). Example: --filter-perfdata-adv=\'not (%(value) == 0 and %(max) eq "")\'.',
  },
  {
    name: 'explode-perfdata-max',
    kind: 'list',
    text: "Give the maximum of a perfdata a perfdata of its own: --explode-perfdata-max=match,newlabel, or without a value one with the suffix '_max' for each (multiple options).",
  },
  {
    name: 'change-perfdata',
    kind: 'list',
    text: "Change perfdata. Syntax: --change-perfdata=searchlabel,newlabel,target[,[newuom],[min],[max],[warning],[critical]]. Targets: invert(), percent(), scale(unit), math(formula), eval(expression), min(regexp), max(regexp), average(regexp), sum(regexp). Example: --change-perfdata='free,used,invert()'.",
  },
  { name: 'extend-perfdata', kind: 'list', text: 'The same, but adds the result as a new perfdata.' },
  {
    name: 'extend-perfdata-group',
    kind: 'list',
    text: "Add one perfdata out of several. Syntax: --extend-perfdata-group=searchlabel,newlabel,target[,[newuom],[min],[max]]. Targets: min, max, average, sum. Example: --extend-perfdata-group=',total,sum(.*)'.",
  },
  {
    name: 'change-short-output',
    kind: 'list',
    text: "Change the short output: --change-short-output=pattern~replacement~modifier. Example: --change-short-output='OK~Up~gi'.",
  },
  { name: 'change-long-output', kind: 'list', text: 'The same for the long output.' },
  {
    name: 'change-exit',
    kind: 'list',
    text: 'Change an exit code: --change-exit=unknown=critical (multiple options).',
  },
  {
    name: 'change-output-adv',
    kind: 'list',
    text: "Replace short output and exit code when a condition holds, over the variables short_output and exit_code. Example: --change-output-adv='%(short_output) =~ /UNKNOWN: No daemon/,OK: No daemon,OK'.",
  },
  {
    name: 'range-perfdata',
    kind: 'value',
    text: 'Change how ranges are displayed in perfdata: 1 = a start value of 0 is removed, 2 = ranges are not displayed.',
  },
  { name: 'filter-uom', kind: 'value', text: 'Hide units that do not match the regexp.' },
  {
    name: 'opt-exit',
    kind: 'value',
    default: 'unknown',
    text: 'Exit code for an execution error: wrong option, connection refused, timeout, etc. (default: unknown).',
  },
  {
    name: 'use-new-perfdata',
    kind: 'flag',
    text: 'Name the perfdata of the new modes in the long form: trail#cloudtrail.trail.delivery.age.seconds.',
  },
  { name: 'output-ignore-perfdata', kind: 'flag', text: 'Remove perfdata from the output.' },
  { name: 'output-ignore-label', kind: 'flag', text: 'Remove the status label from the output.' },
  { name: 'output-xml', kind: 'flag', text: 'Display the output in XML format.' },
  { name: 'output-json', kind: 'flag', text: 'Display the output in JSON format.' },
  { name: 'output-openmetrics', kind: 'flag', text: 'Display metrics in OpenMetrics format.' },
  {
    name: 'openmetrics-strict',
    kind: 'flag',
    text: 'With --output-openmetrics: names, times and end mark as the OpenMetrics specification wants them.',
  },
  {
    name: 'output-file',
    kind: 'value',
    text: 'Write the output into a file (can be combined with the formats).',
  },
  {
    name: 'disco-format',
    kind: 'flag',
    text: "Display the discovery arguments (modes whose name begins with 'list-').",
  },
  {
    name: 'disco-show',
    kind: 'flag',
    text: "Display the discovery values (modes whose name begins with 'list-').",
  },
  {
    name: 'float-precision',
    kind: 'value',
    default: '8',
    text: 'Set the float precision for thresholds (default: 8).',
  },
  {
    name: 'source-encoding',
    kind: 'value',
    default: 'UTF-8',
    text: "Accepted for compatibility: what CloudTrail answers is always 'UTF-8'.",
  },
];
