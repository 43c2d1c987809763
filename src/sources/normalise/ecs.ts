import { ecsRows } from './ecs-fields.ts';
import { Facts, type ViewContext } from './facts.ts';
import { compileMapping } from './mapping.ts';

const map = compileMapping(ecsRows, { nest: true });

/**
 * The record in the Elastic Common Schema (see `ECS_VERSION`); what the schema has no field for stands under
 * `aws.cloudtrail`, named as Elastic's own integration names it. Never throws, whatever the record is.
 * https://www.elastic.co/docs/reference/ecs
 */
export function toEcs(record: unknown, context: ViewContext = {}): Record<string, unknown> {
  return map(new Facts(record, context));
}
