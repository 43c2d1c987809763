import { NormalizedSchema } from '@smithy/core/schema';

/**
 * The SDK's runtime schemas as plain shapes. This file is the only one that looks inside the SDK's semi-internal
 * schema door; `shape.test.ts` holds the pinned versions to what is read here. Shapes are built once for each schema
 * and follow references lazily, because some are recursive.
 */
export type Shape =
  | {
      readonly kind: 'structure' | 'union';
      readonly name: string;
      readonly members: ReadonlyMap<string, Member>;
    }
  | { readonly kind: 'list'; readonly item: Member }
  | { readonly kind: 'map'; readonly key: Member; readonly value: Member }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }
  | { readonly kind: 'string' | 'boolean' | 'number' | 'big' | 'blob' | 'document' | 'unit' };

/** `default`: the protocol decides. */
export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds';

/** A member of a structure, or the item, key or value of a collection. */
export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly shape: Shape;
  readonly traits: Traits;
  /** What the SDK's own serialisers take. */
  readonly schema: NormalizedSchema;
}

/** The traits that decide how a member travels. */
export interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: unknown;
  readonly xmlAttribute?: unknown;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpQuery?: string;
  readonly httpQueryParams?: unknown;
  readonly httpLabel?: unknown;
  readonly httpPayload?: unknown;
  readonly httpResponseCode?: unknown;
  readonly jsonName?: string;
  readonly streaming?: unknown;
  readonly sensitive?: unknown;
}

/** An operation's schema, opened. */
export interface OperationShape {
  readonly name: string;
  readonly input: Member;
  readonly output: Member;
  /** Method, path pattern with query literals, status. REST protocols only. */
  readonly http?: { readonly method: string; readonly pattern: string; readonly status: number };
}

const operations = new WeakMap<object, OperationShape>();

/** Opens `[9, namespace, name, traits, () => input, () => output]`; throws TypeError on anything else. */
export function operationShape(schema: unknown): OperationShape {
  if (!Array.isArray(schema) || schema[0] !== 9)
    throw new TypeError('not an operation schema of the AWS SDK');
  const known = operations.get(schema);
  if (known) return known;
  const http: unknown = typeof schema[3] === 'object' && schema[3] !== null ? schema[3].http : undefined;
  const opened: OperationShape = {
    name: String(schema[2]),
    input: memberOf(NormalizedSchema.of(schema[4]), 'input', true),
    output: memberOf(NormalizedSchema.of(schema[5]), 'output', true),
    http: Array.isArray(http)
      ? { method: String(http[0]), pattern: String(http[1]), status: Number(http[2]) }
      : undefined,
  };
  operations.set(schema, opened);
  return opened;
}

/** A shape's members; none when it is no structure (an operation without input has the shape `unit`). */
export function membersOf(shape: Shape): ReadonlyMap<string, Member> {
  return shape.kind === 'structure' || shape.kind === 'union' ? shape.members : noMembers;
}

const noMembers: ReadonlyMap<string, Member> = new Map();
const shapes = new WeakMap<object, Shape>();

function memberOf(schema: NormalizedSchema, name: string, required: boolean): Member {
  let shape: Shape | undefined;
  return {
    name,
    required,
    schema,
    traits: schema.getMergedTraits() as Traits,
    get shape() {
      shape ??= shapeOf(schema);
      return shape;
    },
  };
}

function shapeOf(schema: NormalizedSchema): Shape {
  const raw: unknown = schema.getSchema();
  const key = typeof raw === 'object' && raw !== null ? raw : undefined;
  const known = key && shapes.get(key);
  if (known) return known;
  const built = build(schema, raw);
  if (key) shapes.set(key, built);
  return built;
}

function build(schema: NormalizedSchema, raw: unknown): Shape {
  if (schema.isUnitSchema()) return { kind: 'unit' };
  if (schema.isStructSchema()) return structure(schema, raw as readonly unknown[]);
  if (schema.isListSchema())
    return { kind: 'list', item: memberOf(schema.getValueSchema(), 'member', false) };
  if (schema.isMapSchema()) {
    const value = memberOf(schema.getValueSchema(), 'value', false);
    return { kind: 'map', key: memberOf(schema.getKeySchema(), 'key', false), value };
  }
  if (schema.isTimestampSchema())
    return { kind: 'timestamp', format: timestampFormats[Number(raw)] ?? 'default' };
  if (schema.isBlobSchema()) return { kind: 'blob' };
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  if (schema.isNumericSchema()) return { kind: 'number' };
  if (schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return { kind: 'big' };
  if (schema.isDocumentSchema()) return { kind: 'document' };
  return { kind: 'string' };
}

const timestampFormats: Readonly<Record<number, TimestampFormat>> = {
  4: 'default',
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
};

/** A structure's seventh element says how many of its first members are required. */
function structure(schema: NormalizedSchema, raw: readonly unknown[]): Shape {
  const requiredCount = typeof raw[6] === 'number' ? raw[6] : 0;
  const members = new Map<string, Member>();
  let index = 0;
  for (const [name, member] of schema.structIterator()) {
    members.set(name, memberOf(member, name, index < requiredCount));
    index += 1;
  }
  return { kind: schema.isUnionSchema() ? 'union' : 'structure', name: schema.getName() ?? '', members };
}
