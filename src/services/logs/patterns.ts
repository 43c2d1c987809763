import { compileFilterPattern, type FilterPattern, FilterPatternError } from '../../logs/index.ts';
import { invalid } from './errors.ts';

/**
 * Compiles a pattern out of a request. AWS says only that it is invalid; we add what and where.
 * @throws ServiceError InvalidParameterException
 */
export function patternOf(text: string, what = 'metric filter pattern'): FilterPattern {
  try {
    return compileFilterPattern(text);
  } catch (error) {
    if (error instanceof FilterPatternError) throw invalid(`Invalid ${what}: ${error.message}`);
    throw error;
  }
}
