import type { Fault } from '../../sources/policy/index.ts';
import type { OwnEvent } from '../own-call-events.ts';

/** What a call of the log sources' API comes to: an answer, and the event that stands for it in the trail. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Absent: not recorded. */
  readonly event?: OwnEvent;
}

/** A refusal of the API: `{"status":"Failed", …}` with one entry in `errors` for each fault. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  constructor(status: number, code: string, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'ApiRefusal';
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** The body of a refusal. */
export function refusalBody({ code, message, faults }: ApiRefusal): unknown {
  return {
    status: 'Failed',
    code,
    message,
    ...(faults.length > 0 && { errors: faults.map(({ at, message }) => ({ field: at, message })) }),
  };
}

/** A body with faults: all of them, in one answer. */
export function invalid(faults: readonly Fault[]): ApiRefusal {
  const words = faults.map(({ at, message }) => (at === '' ? message : `${at} ${message}`)).join('; ');
  return new ApiRefusal(400, 'ValidationError', words, faults);
}
