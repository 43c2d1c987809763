import type { Operation } from '../../service.ts';
import { membersOf, operationShape } from '../../shape.ts';
import type { S3Address } from './address.ts';

type Scope = 'service' | 'bucket' | 'object';

interface Route {
  readonly name: string;
  /** Query members that must be there, with their value where one is fixed (`list-type=2`). */
  readonly literals: readonly (readonly [name: string, value: string | undefined])[];
  /** Required query members (`uploadId`) and headers that tell a copy from a put. */
  readonly queries: readonly string[];
  readonly headers: readonly string[];
}

/** Finds the operation of a REST request. The schemas' http traits are the table. */
export type FindRoute = (
  method: string,
  address: S3Address,
  hasHeader: (name: string) => boolean,
) => string | undefined;

/**
 * Builds the routes of S3. The traits lack the bucket (it is in the host), so the scope comes from the path pattern
 * and the input's `Bucket`; `x-id` is a hint that not all clients send, so it only breaks ties; of the routes that
 * fit, the one that asks for most wins (UploadPartCopy before UploadPart before PutObject).
 */
export function createRoutes(operations: ReadonlyMap<string, Operation>): FindRoute {
  const table = new Map<string, Route[]>();
  for (const [name, { schema }] of operations) {
    const operation = operationShape(schema);
    if (!operation.http) continue;
    const [path = '', query = ''] = operation.http.pattern.split('?');
    const scope = scopeOf(
      path,
      membersOf(operation.input.shape).get('Bucket')?.traits.httpLabel !== undefined,
    );
    if (!scope) continue;
    const key = `${operation.http.method} ${scope}`;
    const routes = table.get(key) ?? [];
    routes.push({ name, literals: literalsOf(query), ...requirementsOf(operation) });
    table.set(key, routes);
  }
  for (const routes of table.values()) routes.sort((a, b) => weight(b) - weight(a));
  return (method, address, hasHeader) => {
    const scope: Scope =
      address.bucket === undefined ? 'service' : address.key === undefined ? 'bucket' : 'object';
    const fitting = (table.get(`${method} ${scope}`) ?? []).filter((route) =>
      fits(route, address, hasHeader),
    );
    const heaviest = fitting.filter((route) => weight(route) === weight(fitting[0]!));
    const hinted = heaviest.find((route) => route.name === address.query.get('x-id'));
    return (hinted ?? heaviest[0])?.name;
  };
}

function scopeOf(path: string, takesBucket: boolean): Scope | undefined {
  if (path === '/{Key+}') return 'object';
  if (path === '/') return takesBucket ? 'bucket' : 'service';
  return undefined;
}

function literalsOf(query: string): Route['literals'] {
  return query
    .split('&')
    .filter((part) => part !== '' && !part.startsWith('x-id='))
    .map((part) => {
      const [name = '', value] = part.split('=');
      return [name, value || undefined] as const;
    });
}

function requirementsOf(operation: ReturnType<typeof operationShape>): Pick<Route, 'queries' | 'headers'> {
  const required = [...membersOf(operation.input.shape).values()].filter((member) => member.required);
  const queries = required.map((member) => member.traits.httpQuery).filter((name) => name !== undefined);
  const headers = required
    .map((member) => member.traits.httpHeader)
    .filter((name) => name === 'x-amz-copy-source');
  return { queries, headers };
}

function fits(route: Route, { query }: S3Address, hasHeader: (name: string) => boolean): boolean {
  return (
    route.literals.every(([name, value]) =>
      value === undefined ? query.has(name) : query.get(name) === value,
    ) &&
    route.queries.every((name) => query.has(name)) &&
    route.headers.every(hasHeader)
  );
}

function weight({ literals, queries, headers }: Route): number {
  return literals.length + queries.length + headers.length;
}
