export {
  compileFilterPattern,
  type FilterPattern,
  MAX_PATTERN_LENGTH,
} from './filter-pattern/filter-pattern.ts';
export { LogMessage } from './filter-pattern/log-message.ts';
export { FilterPatternError } from './filter-pattern/pattern-error.ts';
