import type { RecordShape } from '../../aws/index.ts';
import { toParameters } from '../../event/index.ts';
import { withRecordDates } from './record-dates.ts';

/**
 * How IAM's calls are recorded: answers of writes with CloudTrail's old date form, never a secret key (which
 * `toParameters` leaves out by name).
 */
export function recordsFor(operations: readonly string[]): Readonly<Record<string, RecordShape>> {
  const writes = operations.filter((operation) => !/^(?:Get|List)/.test(operation));
  return Object.fromEntries(writes.map((operation) => [operation, SHAPE]));
}

const SHAPE: RecordShape = {
  readOnly: false,
  responseElements: (output: unknown) => toParameters(withRecordDates(output)),
};
