import { compileFilterPattern, type FilterPattern } from '../filter-pattern/filter-pattern.ts';
import { parseSelector } from '../filter-pattern/json/read-selector.ts';
import { compileSelector, isScalar } from '../filter-pattern/json/selector.ts';
import type { LogMessage } from '../filter-pattern/log-message.ts';
import { numberOf, type Scalar } from '../filter-pattern/operand.ts';
import { FilterPatternError } from '../filter-pattern/pattern-error.ts';
import type { MetricFilter, MetricTransformation } from '../log-group.ts';

/** What a metric filter makes of one event. */
export interface Measured {
  readonly value: number;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
}

/** A metric filter ready to run. Pure. */
export interface CompiledMetricFilter {
  matches(message: LogMessage): boolean;
  /**
   * One entry for each transformation, of an event that matches; undefined where the event lacks a number at the value's
   * place or something at a dimension's.
   */
  measure(message: LogMessage): readonly (Measured | undefined)[];
}

/** CloudWatch takes no more of a dimension's value. */
const MAX_DIMENSION = 1_024;

/**
 * Compiles a metric filter with its transformations.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 * @throws FilterPatternError
 */
export function compileMetricFilter({
  pattern: text,
  transformations,
}: Pick<MetricFilter, 'pattern' | 'transformations'>): CompiledMetricFilter {
  const pattern = compileFilterPattern(text);
  const measures = transformations.map((one) => compileTransformation(one, pattern));
  return {
    matches: (message) => pattern.matches(message),
    measure: (message) => measures.map((measure) => measure(message)),
  };
}

type ReadField = (message: LogMessage) => Scalar | undefined;

function compileTransformation(
  { metricValue, dimensions = {} }: MetricTransformation,
  pattern: FilterPattern,
): (message: LogMessage) => Measured | undefined {
  const literal = numberOf(metricValue);
  const readValue = literal === undefined ? compileField(metricValue, pattern) : () => literal;
  const fields = Object.entries(dimensions).map(
    ([name, field]) => [name, compileField(field, pattern)] as const,
  );
  return (message) => {
    const found = readValue(message);
    const value = typeof found === 'string' ? numberOf(found) : found;
    if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
    const values = fields.map(([name, read]) => [name, read(message)] as const);
    if (values.some(([, one]) => one === undefined || one === '')) return undefined;
    return { value, dimensions: values.map(([name, one]) => [name, String(one).slice(0, MAX_DIMENSION)]) };
  };
}

/** `$.a.b` of a JSON event, `$name` of a line of columns. */
function compileField(field: string, pattern: FilterPattern): ReadField {
  if (pattern.kind === 'columns') return (message) => pattern.extract(message).get(field);
  if (pattern.kind !== 'json')
    throw new FilterPatternError(`${field} names a field, which a pattern of words does not have`);
  let found: Scalar | undefined;
  const select = compileSelector(parseSelector(field).steps, (value) => {
    if (isScalar(value)) found = value;
    return true;
  });
  return ({ json }) => {
    found = undefined;
    select(json);
    return found;
  };
}
