import type { Authorizer } from '../identity/index.ts';
import { refuse } from './refuse.ts';
import type { CallContext, Operation, Permission, Service } from './service.ts';

/** Asks the policies about everything that a call needs; the first refusal is the answer. */
export async function authorize(
  authorizer: Authorizer,
  service: Service,
  operation: Operation,
  input: unknown,
  call: CallContext,
): Promise<void> {
  if (operation.open) return;
  for (const permission of await permissionsOf(service, operation, input, call)) {
    const decision = await authorizer.authorize({
      caller: call.caller,
      action: permission.action,
      resource: permission.resource ?? '*',
      resourceAccount: permission.resourceAccount,
      resourcePolicy: permission.resourcePolicy,
      context: {
        'aws:SourceIp': call.sourceIp,
        'aws:SecureTransport': String(call.tls !== undefined),
        ...permission.context,
      },
    });
    if (decision.allowed) continue;
    const message = call.authentication === 'anonymous' ? 'Access Denied' : decision.message;
    throw refuse(service.protocol, 'accessDenied', message);
  }
}

async function permissionsOf(
  service: Service,
  operation: Operation,
  input: unknown,
  call: CallContext,
): Promise<readonly Permission[]> {
  if (!operation.permissions) return [{ action: `${service.iamPrefix}:${call.operation}` }];
  return operation.permissions(input as never, call);
}
