import type { BucketReader } from '../../digest/verify/index.ts';
import type { OptionSpec } from '../options/option-spec.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Discovered, Report } from '../output/report.ts';
import type { Environment } from '../source/credentials.ts';
import type { TrailSource } from '../source/trail-source.ts';

/** What a mode may use while it runs. */
export interface ModeContext {
  readonly options: OptionValues;
  readonly report: Report;
  /** Connects at the first call. */
  readonly source: () => Promise<TrailSource>;
  /** Reads buckets, with the same keys. Objects cost little; through the AWS CLI they are `dear`: a program each. */
  readonly buckets: () => Promise<{ readonly reader: BucketReader; readonly isDear: boolean }>;
  /** Fetches one of the product's own paths, such as `/metrics`, from the endpoint. */
  readonly fetchOwn: (path: string) => Promise<{ readonly status: number; readonly text: string }>;
  readonly env: Environment;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Decimals in threshold comparisons. */
  readonly precision: number;
}

/** A question that the plugin can ask. */
export interface Mode {
  readonly name: string;
  /** For `--help`. */
  readonly introduction: string;
  readonly options: readonly OptionSpec[];
  /** Looks at the options before anything is asked. @throws CheckFailure */
  check?(options: OptionValues): void;
  /** Asks, and writes into the report. @throws CheckFailure */
  run(context: ModeContext): Promise<void>;
  /** What a discovery yields, for modes that have one. */
  readonly discovery?: {
    readonly attributes: readonly string[];
    find(context: ModeContext): Promise<readonly Discovered[]>;
  };
  /** It lists things: shows details, and neither label nor perfdata. */
  readonly isList?: boolean;
}
