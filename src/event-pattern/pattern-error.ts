/** A pattern that does not hold the language's rules; the message is AWS's `Reason`, in its words where it has some. */
export class EventPatternError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'EventPatternError';
  }
}
