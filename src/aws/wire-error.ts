import { refusalCode, statusOf } from './common-errors.ts';
import type { WireError } from './protocols/codec.ts';
import { type Service, ServiceError } from './service.ts';

/**
 * Makes of whatever was thrown what the client gets to read. ServiceErrors speak for themselves; errors of other
 * rooms count when their `code` stands in the service's table or is a common one; the rest is ours, and says nothing
 * about the inside of the house.
 */
export function wireErrorOf(
  service: Service | undefined,
  error: unknown,
): WireError & { readonly ours: boolean } {
  if (error instanceof ServiceError) {
    const status = error.status ?? statusOf(service, error.code) ?? 400;
    const { code, message, details, headers } = error;
    return { code, message, status, details, headers, ours: false };
  }
  const code = codeOf(error);
  const status = code === undefined ? undefined : statusOf(service, code);
  if (code !== undefined && status !== undefined && error instanceof Error) {
    return { code, message: error.message, status, details: {}, headers: {}, ours: false };
  }
  const [internal, internalStatus] = refusalCode(service?.protocol ?? 'restXml', 'internal');
  const message = 'We encountered an internal error. Please try again.';
  return { code: internal, message, status: internalStatus, details: {}, headers: {}, ours: true };
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
