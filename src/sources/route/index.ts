export { CLOUDTRAIL_TAG, NORMAL_PRIORITY_SERVICES, serviceOf } from './priority.ts';
export type { RoutingChecks } from './read-criterion.ts';
export { readRoutingRules } from './read-routing-rules.ts';
export {
  compileRoute,
  type EnrichedFields,
  type Route,
  type RouteDecision,
  type RouteRule,
} from './route.ts';
export type { Priorities, Priority, RoutingCriterion, RoutingRules } from './routing-rules.ts';
