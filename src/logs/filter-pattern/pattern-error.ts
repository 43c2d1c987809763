/** A filter pattern that cannot be read. The message says what is wrong and where, as `at character 17`. */
export class FilterPatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FilterPatternError';
  }
}
