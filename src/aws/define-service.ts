import type { Readable } from 'node:stream';
import type { CallContext, Handler, Operation, Permission, RecordShape, Service } from './service.ts';

/**
 * The runtime schemas of a client package's operations, by operation name: its exports `CreateTrail$` and so on
 * (`[9, namespace, name, traits, () => input, () => output]`).
 */
export function operationsOf(client: object): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(client)) {
    if (name.endsWith('$') && Array.isArray(value) && value[0] === 9) found.set(String(value[2]), value);
  }
  return found;
}

/** Operation names of a client package, from its command classes. */
export type OperationName<Client> = {
  [K in keyof Client]: K extends `${infer Name}Command` ? Name : never;
}[keyof Client];

type CommandOf<Client, Name extends string> = `${Name}Command` extends keyof Client
  ? Client[`${Name}Command`] extends new (
      ...args: never[]
    ) => {
      input: infer Input;
      resolveMiddleware(...rest: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
    }
    ? { input: Input; output: Output }
    : never
  : never;

/** The SDK's input type; a streaming `Body` is what the front door hands over. */
export type InputOf<Client, Name extends string> = {
  [K in keyof CommandOf<Client, Name>['input']]: K extends 'Body'
    ? Readable | undefined
    : CommandOf<Client, Name>['input'][K];
};

/** The SDK's output type without metadata; `Body` may be a stream or bytes; `$status` overrides the status. */
export type OutputOf<Client, Name extends string> = {
  [K in keyof Omit<CommandOf<Client, Name>['output'], '$metadata'>]: K extends 'Body'
    ? Readable | Uint8Array | undefined
    : CommandOf<Client, Name>['output'][K];
} & { $status?: number };

/** Handlers of a client package's operations; those left out answer not implemented. */
export type Handlers<Client> = {
  readonly [Name in OperationName<Client> & string]?: Handler<InputOf<Client, Name>, OutputOf<Client, Name>>;
};

/** Which permissions each operation needs. */
export type Permissions<Client> = {
  readonly [Name in OperationName<Client> & string]?: (
    input: InputOf<Client, Name>,
    call: CallContext,
  ) => readonly Permission[] | Promise<readonly Permission[]>;
};

/** What a service says of itself; see Service for the members it shares. */
export interface ServiceDefinition<Client extends object> extends Omit<Service, 'operations'> {
  /** The SDK's client package: `import * as client from '@aws-sdk/client-cloudtrail'`. */
  readonly client: Client;
  readonly handlers: Handlers<Client>;
  readonly permissions?: Permissions<Client>;
  readonly records?: { readonly [Name in OperationName<Client> & string]?: RecordShape };
  /** Operations that every authenticated caller may call. */
  readonly open?: readonly (OperationName<Client> & string)[];
}

/** Puts a service together. Throws TypeError when something is said of an operation that the client has not. */
export function defineService<Client extends object>(definition: ServiceDefinition<Client>): Service {
  const { client, handlers, permissions, records, open, ...rest } = definition;
  const schemas = operationsOf(client);
  const handlerOf = entriesOf<Operation['handler']>(handlers);
  const permissionsOf = entriesOf<Operation['permissions']>(permissions ?? {});
  const recordOf = entriesOf<RecordShape>(records ?? {});
  const isOpen = new Set<string>(open);
  for (const name of [...handlerOf.keys(), ...permissionsOf.keys(), ...recordOf.keys(), ...isOpen]) {
    if (!schemas.has(name)) throw new TypeError(`${rest.signingNames[0]} has no operation ${name}`);
  }
  const operations = new Map<string, Operation>();
  for (const [name, schema] of schemas) {
    operations.set(name, {
      schema,
      handler: handlerOf.get(name),
      permissions: permissionsOf.get(name),
      record: recordOf.get(name),
      open: isOpen.has(name),
    });
  }
  return { ...rest, operations };
}

function entriesOf<Value>(record: object): Map<string, NonNullable<Value>> {
  return new Map(Object.entries(record).filter(([, value]) => value !== undefined));
}
