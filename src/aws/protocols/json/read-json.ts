import type { ServiceError } from '../../service.ts';
import { type Member, membersOf, type Shape } from '../../shape.ts';
import { readTimestamp } from '../../timestamp.ts';

/** How deep a request may nest; AWS's own shapes need less than twenty. */
const deepest = 64;

/** The two complaints that a reader can have; a protocol gives them their code and form. */
export interface ReadComplaints {
  /** The text cannot be this shape at all. */
  malformed(message: string): ServiceError;
}

/**
 * Checks and converts one parsed JSON value in a single walk along its shape: timestamps become Date, blobs
 * Uint8Array; members that the shape does not know are left out; null means absent. The SDK's own JSON reader checks
 * nothing (`{"Name":5}` passes), hence ours. Missing members are collected, because AWS reports them together.
 */
export function readJson(
  member: Member,
  value: unknown,
  complaints: ReadComplaints,
): { value: unknown; missing: string[] } {
  const missing: string[] = [];
  const read = readValue(member.shape, value, '', { complaints, missing, depth: 0 });
  return { value: read ?? {}, missing };
}

interface Walk {
  readonly complaints: ReadComplaints;
  readonly missing: string[];
  readonly depth: number;
}

function readValue(shape: Shape, value: unknown, path: string, walk: Walk): unknown {
  if (walk.depth > deepest) throw walk.complaints.malformed('The request is nested too deeply');
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readStructure(shape, value, path, walk);
    case 'list':
      if (!Array.isArray(value)) throw walk.complaints.malformed(unexpected(value, 'a List'));
      return readList(shape, value, path, walk);
    case 'map':
      return readMap(shape, value, path, walk);
    case 'unit':
      if (!isObject(value)) throw walk.complaints.malformed(unexpected(value, 'a Structure'));
      return {};
    case 'string':
      if (typeof value !== 'string') throw walk.complaints.malformed(unexpected(value, 'a String'));
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw walk.complaints.malformed(unexpected(value, 'a Boolean'));
      return value;
    case 'number':
    case 'big':
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        throw walk.complaints.malformed(unexpected(value, 'a Number'));
      }
      return value;
    case 'timestamp': {
      const date = readTimestamp(value);
      if (!date) throw walk.complaints.malformed(unexpected(value, 'a Timestamp'));
      return date;
    }
    case 'blob':
      if (typeof value !== 'string' || !isBase64(value))
        throw walk.complaints.malformed(unexpected(value, 'a Blob'));
      return new Uint8Array(Buffer.from(value, 'base64'));
    case 'document':
      return value;
  }
}

function readStructure(shape: Shape, value: unknown, path: string, walk: Walk): unknown {
  if (!isObject(value)) throw walk.complaints.malformed(unexpected(value, 'a Structure'));
  const deeper = { ...walk, depth: walk.depth + 1 };
  const read: Record<string, unknown> = {};
  for (const member of membersOf(shape).values()) {
    const name = member.name;
    // hasOwn: a member called like something on Object.prototype is not there unless the client sent it.
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === undefined || given === null) {
      if (member.required) walk.missing.push(`${path}${lowerFirst(name)}`);
    } else {
      read[name] = readValue(member.shape, given, `${path}${lowerFirst(name)}.`, deeper);
    }
  }
  return read;
}

function readList(
  shape: Shape & { kind: 'list' },
  value: readonly unknown[],
  path: string,
  walk: Walk,
): unknown[] {
  const deeper = { ...walk, depth: walk.depth + 1 };
  const read: unknown[] = [];
  for (const [index, item] of value.entries()) {
    if (item !== null) read.push(readValue(shape.item.shape, item, `${path}${index + 1}.member.`, deeper));
  }
  return read;
}

function readMap(shape: Shape & { kind: 'map' }, value: unknown, path: string, walk: Walk): unknown {
  if (!isObject(value)) throw walk.complaints.malformed(unexpected(value, 'a Map'));
  const deeper = { ...walk, depth: walk.depth + 1 };
  // Without a prototype, so that a key `__proto__` is a key like any other.
  const read: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item !== null) read[key] = readValue(shape.value.shape, item, `${path}${key}.`, deeper);
  }
  return read;
}

/** `Value null at 'tagsList.1.member.key'`: AWS writes members in lower camel case. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
}

/** AWS's wording for values of the wrong type. */
function unexpected(value: unknown, wanted: string): string {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object' && value !== null)
    return 'Start of structure or map found where not expected.';
  const found =
    value === null
      ? 'NULL_VALUE'
      : `${typeof value === 'boolean' ? String(value).toUpperCase() : (typeof value).toUpperCase()}_VALUE`;
  return `${found} can not be converted to ${wanted}`;
}
