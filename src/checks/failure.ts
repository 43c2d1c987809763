import type { Severity } from './severity.ts';

/**
 * The check ends here without a result: a wrong option, an API that refuses, a time-out, but also an answered question
 * such as `--help`. The message is the one line that the monitoring system shows.
 */
export class CheckFailure extends Error {
  /** State of the plugin's end; without it `--opt-exit` decides. */
  readonly severity: Severity | undefined;
  /** Print the message without `UNKNOWN: ` in front. */
  readonly plain: boolean;
  /** Lines under the first one. */
  readonly details: readonly string[];
  constructor(
    message: string,
    options: {
      readonly severity?: Severity;
      readonly plain?: boolean;
      readonly details?: readonly string[];
    } = {},
  ) {
    super(message);
    this.name = 'CheckFailure';
    this.severity = options.severity;
    this.plain = options.plain ?? false;
    this.details = options.details ?? [];
  }
}
