/** An option that the command line may hold. */
export interface OptionSpec {
  /** Without the two dashes. */
  readonly name: string;
  /** `flag` takes no value, `value` keeps the last one, `list` keeps all, `map` takes `KEY=VALUE` and keeps all. */
  readonly kind: 'flag' | 'value' | 'list' | 'map';
  /** For `--help`; without it the option is left out there. */
  readonly text?: string;
  readonly default?: string;
}
