import { type Measured, type Perfdata, perfdataOf } from '../perfdata/perfdata.ts';
import { type Severity, worst } from '../severity.ts';

/** A sentence of the result and the state that it stands for. */
export interface Message {
  readonly severity: Severity;
  readonly text: string;
}

/** An object that a discovery has found: its attributes by name. */
export type Discovered = ReadonlyMap<string, string>;

/** What a run has found out, before it is shown. */
export class Report {
  readonly plugin: string;
  /** As `--mode` was given; undefined before that is known. */
  mode: string | undefined;
  /** Label the perfdata in the long form where a mode has one. */
  readonly longNames: boolean;
  readonly debugging: boolean;
  readonly messages: Message[] = [];
  readonly details: string[] = [];
  perfdata: readonly Perfdata[] = [];

  constructor(settings: {
    readonly plugin: string;
    readonly mode: string | undefined;
    readonly longNames: boolean;
    readonly debugging: boolean;
  }) {
    this.plugin = settings.plugin;
    this.mode = settings.mode;
    this.longNames = settings.longNames;
    this.debugging = settings.debugging;
  }

  get severity(): Severity {
    return worst(this.messages.map(({ severity }) => severity));
  }

  say(severity: Severity, text: string): void {
    this.messages.push({ severity, text: text.replace(/\n$/, '') });
  }

  /** A line under the first one, shown with `--verbose`. */
  detail(line: string): void {
    this.details.push(line.replace(/\n$/, ''));
  }

  /** The same, but only with `--debug`. */
  debug(line: string): void {
    if (this.debugging) this.detail(line);
  }

  measure(measured: Measured): void {
    this.perfdata = [...this.perfdata, perfdataOf(measured, this.mode ?? '')];
  }

  /**
   * A value of one of many things, such as the trails: `label_thing`, or `thing#long.name` where long names are asked
   * for. Without a thing it is the label, or the long name, alone.
   */
  measureOf(thing: string | undefined, longName: string, measured: Measured): void {
    const name = this.longNames ? longName : measured.label;
    const label = thing === undefined ? name : this.longNames ? `${thing}#${name}` : `${name}_${thing}`;
    this.measure({ ...measured, label });
  }
}
