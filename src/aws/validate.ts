import { refuse } from './refuse.ts';
import type { Service } from './service.ts';

/** Refuses an input without its required members, in AWS's words, or in the service's own. */
export function validate(service: Service, operation: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const own = service.missingMembers?.(operation, missing);
  if (own) throw own;
  if (service.protocol === 'restXml') {
    const message = `Missing required parameter for this request: ${missing.join(', ')}`;
    throw refuse('restXml', 'invalid', message, { ArgumentName: missing[0] ?? '' });
  }
  const errors = missing.map(
    (name) => `Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
  const count = errors.length === 1 ? '1 validation error' : `${errors.length} validation errors`;
  throw refuse(service.protocol, 'invalid', `${count} detected: ${errors.join('; ')}`);
}
