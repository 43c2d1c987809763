import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/**
 * The published schema of OCSF, in the form of its repository (events/, objects/, profiles/, dictionary.json), and a
 * compiler of its classes to JSON Schema. The schema itself is not a part of this repository: it is read from
 * `OPENTRAIL_OCSF_SCHEMA`, or from where the machine keeps it beside the checkout.
 */
const PLACES = [
  process.env.OPENTRAIL_OCSF_SCHEMA,
  join(import.meta.dirname, '../../../shared/schemas/ocsf-schema'),
];

interface Attribute {
  readonly type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  readonly profile?: string | null | readonly string[];
  readonly enum?: Readonly<Record<string, { readonly caption: string }>>;
  readonly sibling?: string;
}

interface Part {
  readonly uid?: number;
  readonly name: string;
  readonly extends?: string;
  readonly category?: string;
  readonly attributes: Readonly<Record<string, Attribute | readonly string[] | string>>;
  readonly constraints?: {
    readonly at_least_one?: readonly string[];
    readonly just_one?: readonly string[];
  };
}

type Attributes = Map<string, Attribute>;
type Json = Record<string, unknown>;

/** Where the schema of this version lies, or undefined. */
export function findOcsfSchema(version: string): string | undefined {
  return PLACES.find((place) => {
    if (place === undefined || !existsSync(join(place, 'version.json'))) return false;
    return (JSON.parse(readFileSync(join(place, 'version.json'), 'utf8')) as Json).version === version;
  });
}

/** Compiles classes of a schema; unknown attributes are refused, as OCSF's own validator does. */
export class OcsfSchema {
  readonly #root: string;
  readonly #dictionary: Readonly<Record<string, Attribute>>;
  readonly #types: Readonly<Record<string, Json>>;
  readonly #events = new Map<string, Part>();
  readonly #objects = new Map<string, Part>();
  readonly #profiles: ReadonlySet<string>;
  readonly #ajv = new Ajv({ allErrors: true, strict: false });

  constructor(root: string, profiles: readonly string[]) {
    this.#root = root;
    this.#profiles = new Set(profiles);
    const dictionary = this.#read('dictionary.json') as unknown as Part & {
      types: { attributes: Record<string, Json> };
    };
    this.#dictionary = dictionary.attributes as Record<string, Attribute>;
    this.#types = dictionary.types.attributes;
    this.#load('events', this.#events);
    this.#load('objects', this.#objects);
  }

  /** A validator of one class, by its name in the schema. */
  validator(className: string): ValidateFunction {
    const definitions: Json = {};
    const part = this.#events.get(className);
    if (part === undefined) throw new Error(`no class ${className}`);
    const attributes = this.#resolve(part, this.#events);
    for (const [name, value] of this.#numbers(part)) {
      attributes.set(name, { ...attributes.get(name), enum: { [value]: { caption: '' } } });
    }
    const activities = Object.keys(attributes.get('activity_id')?.enum ?? {});
    const types = activities.map((id) => [this.#uidOf(part) * 100 + Number(id), { caption: '' }]);
    attributes.set('type_uid', { ...attributes.get('type_uid'), enum: Object.fromEntries(types) });
    const schema = this.#shape(attributes, this.#constraints(part, this.#events), definitions);
    return this.#ajv.compile({ ...schema, $defs: definitions });
  }

  /** The numbers of a class, which the schema's own compiler works out. */
  #numbers(part: Part): readonly (readonly [name: string, value: number])[] {
    return [
      ['category_uid', Math.trunc(this.#uidOf(part) / 1000)],
      ['class_uid', this.#uidOf(part)],
    ];
  }

  #uidOf(part: Part): number {
    const category = this.#read('categories.json').attributes[this.#categoryOf(part)];
    return Number((category as unknown as Part).uid) * 1000 + Number(part.uid);
  }

  #categoryOf(part: Part): string {
    const parent = part.extends === undefined ? undefined : this.#events.get(part.extends);
    return part.category ?? (parent ? this.#categoryOf(parent) : 'other');
  }

  /** Captions of an enumerated attribute of a class, by value. */
  captions(className: string, attribute: string): ReadonlyMap<string, string> {
    const part = this.#events.get(className);
    const found = part && this.#resolve(part, this.#events).get(attribute);
    return new Map(Object.entries(found?.enum ?? {}).map(([value, { caption }]) => [value, caption]));
  }

  #load(folder: string, into: Map<string, Part>): void {
    const files = readdirSync(join(this.#root, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      const part = this.#read(join(folder, file));
      into.set(part.name, part);
    }
  }

  #read(path: string): Part {
    return JSON.parse(readFileSync(join(this.#root, path), 'utf8')) as Part;
  }

  /** Attributes with those that are inherited and included; what stands nearer wins, member by member. */
  #resolve(part: Part, parts: ReadonlyMap<string, Part>): Attributes {
    const parent = part.extends === undefined ? undefined : parts.get(part.extends);
    const attributes: Attributes = parent ? this.#resolve(parent, parts) : new Map();
    const add = (name: string, own: Attribute, profile?: string) => {
      const before = attributes.get(name) ?? { ...this.#dictionary[name], ...(profile && { profile }) };
      attributes.set(name, { ...before, ...own, enum: { ...before.enum, ...own.enum } });
    };
    for (const [name, own] of Object.entries(part.attributes)) {
      if (name !== '$include') continue;
      for (const path of (typeof own === 'string' ? [own] : own) as readonly string[]) {
        const included = this.#read(path);
        for (const [inner, attribute] of Object.entries(included.attributes)) {
          add(inner, attribute as Attribute, included.name);
        }
      }
    }
    for (const [name, own] of Object.entries(part.attributes)) {
      if (name !== '$include') add(name, own as Attribute);
    }
    return attributes;
  }

  #constraints(part: Part, parts: ReadonlyMap<string, Part>): Part['constraints'] {
    if (part.constraints) return part.constraints;
    const parent = part.extends === undefined ? undefined : parts.get(part.extends);
    return parent && this.#constraints(parent, parts);
  }

  #shape(attributes: Attributes, constraints: Part['constraints'], definitions: Json): Json {
    const properties: Json = {};
    const required: string[] = [];
    for (const [name, attribute] of attributes) {
      const { profile } = attribute;
      const profiles = typeof profile === 'string' ? [profile] : (profile ?? []);
      if (profiles.length > 0 && !profiles.some((one) => this.#profiles.has(one))) continue;
      const value = this.#value(attribute, definitions);
      properties[name] = attribute.is_array ? { type: 'array', items: value } : value;
      if (attribute.requirement === 'required') required.push(name);
    }
    const only = (name: string) => ({ required: [name] });
    return {
      type: 'object',
      properties,
      required,
      additionalProperties: false,
      ...(constraints?.at_least_one && { anyOf: constraints.at_least_one.map(only) }),
      ...(constraints?.just_one && { oneOf: constraints.just_one.map(only) }),
    };
  }

  #value(attribute: Attribute, definitions: Json): Json {
    const { type = 'string_t' } = attribute;
    const values = Object.keys(attribute.enum ?? {});
    if (!type.endsWith('_t')) return this.#reference(type, definitions);
    const base = this.#scalar(type);
    if (values.length === 0) return base;
    return { ...base, enum: base.type === 'integer' ? values.map(Number) : values };
  }

  #reference(name: string, definitions: Json): Json {
    // The generic object holds anything.
    if (name === 'object') return { type: 'object' };
    if (!(name in definitions)) {
      definitions[name] = {};
      const part = this.#objects.get(name);
      if (part === undefined) throw new Error(`no object ${name}`);
      const constraints = this.#constraints(part, this.#objects);
      definitions[name] = this.#shape(this.#resolve(part, this.#objects), constraints, definitions);
    }
    return { $ref: `#/$defs/${name}` };
  }

  #scalar(type: string): Json {
    const { regex, max_len: maxLength, range, type: base } = this.#types[type] ?? {};
    const inherited = typeof base === 'string' ? this.#scalar(base) : SCALARS[type];
    if (inherited === undefined) throw new Error(`no type ${type}`);
    const [minimum, maximum] = Array.isArray(range) ? (range as number[]) : [];
    return {
      ...inherited,
      ...(typeof regex === 'string' && { pattern: regex }),
      ...(typeof maxLength === 'number' && { maxLength }),
      ...(minimum !== undefined && { minimum, maximum }),
    };
  }
}

const SCALARS: Readonly<Record<string, Json>> = {
  boolean_t: { type: 'boolean' },
  float_t: { type: 'number' },
  integer_t: { type: 'integer' },
  long_t: { type: 'integer' },
  string_t: { type: 'string' },
  json_t: {},
};
