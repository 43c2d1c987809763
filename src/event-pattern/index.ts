export { compilePattern, type EventPattern } from './compile-pattern.ts';
export { EVENT_BUS_LIMITS, FILTER_POLICY_LIMITS, type PatternLimits } from './limits.ts';
export { EventPatternError } from './pattern-error.ts';
