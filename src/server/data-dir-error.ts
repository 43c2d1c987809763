import { StartError } from './start-error.ts';

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirError extends StartError {
  constructor(message: string) {
    super(message);
    this.name = 'DataDirError';
  }
}
