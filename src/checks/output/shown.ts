import type { Perfdata } from '../perfdata/perfdata.ts';
import type { Severity } from '../severity.ts';
import type { Message } from './report.ts';

/** A report as it is to be written, all changes and filters applied. */
export interface Shown {
  readonly plugin: string;
  readonly mode: string | undefined;
  /** As it goes into JSON and XML: `OK`, or the word of `--opt-exit`. */
  readonly state: string;
  readonly severity: Severity;
  readonly withLabel: boolean;
  readonly messages: readonly Message[];
  readonly details: readonly string[];
  readonly perfdata: readonly Perfdata[];
}

/** `CRITICAL: ` unless labels are not wanted. */
export function labelled(shown: Shown, severity: Severity, text: string): string {
  return shown.withLabel ? `${severity}: ${text}` : text;
}
