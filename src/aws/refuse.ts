import { type Refusal, refusalCode } from './common-errors.ts';
import { type Protocol, ServiceError } from './service.ts';

/** Makes the error of a refusal at the door, in the code of the protocol's family. */
export function refuse(
  protocol: Protocol,
  refusal: Refusal,
  message: string,
  details?: Readonly<Record<string, string>>,
): ServiceError {
  const [code, status] = refusalCode(protocol, refusal);
  return new ServiceError(code, message, { status, details });
}
