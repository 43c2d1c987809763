import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OcsfAttribute, OcsfData, OcsfPart, OcsfType } from './ocsf-data.ts';

/** An attribute as the schema's repository writes it. */
interface Attribute {
  readonly type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  readonly profile?: string | null | readonly string[];
  readonly enum?: Readonly<Record<string, { readonly caption: string }>>;
}

/** A file of its folders `events` and `objects`. */
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
type Parts = ReadonlyMap<string, Part>;

/** A checkout of https://github.com/ocsf/ocsf-schema: its events/, objects/, profiles/ and dictionary.json. */
export class OcsfCheckout {
  readonly version: string;
  readonly #root: string;
  readonly #dictionary: Readonly<Record<string, Attribute>>;
  readonly #types: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly #events: Parts;
  readonly #objects: Parts;

  constructor(root: string) {
    this.#root = root;
    this.version = String((this.#read('version.json') as unknown as { version: string }).version);
    const dictionary = this.#read('dictionary.json') as unknown as {
      readonly attributes: Record<string, Attribute>;
      readonly types: { readonly attributes: Record<string, Readonly<Record<string, unknown>>> };
    };
    this.#dictionary = dictionary.attributes;
    this.#types = dictionary.types.attributes;
    this.#events = this.#load('events');
    this.#objects = this.#load('objects');
  }

  /**
   * What validation needs of these classes and objects. Attributes of other profiles are left out: no view may hold
   * them.
   */
  take(classes: readonly string[], objects: readonly string[], profiles: readonly string[]): OcsfData {
    const used = new Set<string>();
    const partOf = (name: string, parts: Parts, isClass: boolean): [string, OcsfPart] => {
      const part = mustGet(parts, name);
      const attributes = this.#resolve(part, parts);
      if (isClass) this.#number(part, attributes);
      const taken = [...attributes].flatMap(([name, attribute]) => {
        const short = shorten(attribute);
        if (short.profiles && !short.profiles.some((one) => profiles.includes(one))) return [];
        if (short.type.endsWith('_t')) used.add(short.type);
        return [[name, short] as const];
      });
      const { at_least_one: atLeastOne, just_one: justOne } = constraintsOf(part, parts) ?? {};
      return [
        name,
        {
          ...(atLeastOne && { atLeastOne }),
          ...(justOne && { justOne }),
          attributes: Object.fromEntries(taken.sort(([a], [b]) => (a < b ? -1 : 1))),
        },
      ];
    };
    const takenClasses = Object.fromEntries(classes.map((name) => partOf(name, this.#events, true)));
    const takenObjects = Object.fromEntries(
      [...objects].sort().map((name) => partOf(name, this.#objects, false)),
    );
    return {
      version: this.version,
      classes: takenClasses,
      objects: takenObjects,
      types: this.#typesOf(used),
    };
  }

  /** Captions of an enumerated attribute of a class, by value. */
  captions(className: string, attribute: string): ReadonlyMap<string, string> {
    const found = this.#resolve(mustGet(this.#events, className), this.#events).get(attribute);
    return new Map(Object.entries(found?.enum ?? {}).map(([value, { caption }]) => [value, caption]));
  }

  #load(folder: string): Parts {
    const files = readdirSync(join(this.#root, folder), { recursive: true, encoding: 'utf8' });
    const parts = files
      .filter((name) => name.endsWith('.json'))
      .map((name) => this.#read(join(folder, name)));
    return new Map(parts.map((part) => [part.name, part]));
  }

  #read(path: string): Part {
    return JSON.parse(readFileSync(join(this.#root, path), 'utf8')) as Part;
  }

  /** The numbers of a class, which the schema's own compiler works out. */
  #number(part: Part, attributes: Attributes): void {
    const categories = this.#read('categories.json').attributes;
    const category = Number((categories[categoryOf(part, this.#events)] as unknown as Part).uid);
    const uid = category * 1000 + Number(part.uid);
    const activities = Object.keys(attributes.get('activity_id')?.enum ?? {}).map(Number);
    for (const [name, values] of [
      ['category_uid', [category]],
      ['class_uid', [uid]],
      ['type_uid', activities.map((id) => uid * 100 + id)],
    ] as const) {
      const entries = values.map((value) => [value, { caption: '' }] as const);
      attributes.set(name, { ...attributes.get(name), enum: Object.fromEntries(entries) });
    }
  }

  /** Attributes with those that are inherited and included; what stands nearer wins, member by member. */
  #resolve(part: Part, parts: Parts): Attributes {
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

  /** The types that are used, with those that they narrow. */
  #typesOf(used: ReadonlySet<string>): Readonly<Record<string, OcsfType>> {
    const types = new Map<string, OcsfType>();
    const add = (name: string) => {
      const { regex, max_len: maxLength, range, type: of } = this.#types[name] ?? {};
      types.set(name, {
        ...(typeof of === 'string' && { of }),
        ...(typeof regex === 'string' && { pattern: regex }),
        ...(typeof maxLength === 'number' && { maxLength }),
        ...(Array.isArray(range) && { range: range as unknown as readonly [number, number] }),
      });
      if (typeof of === 'string') add(of);
    };
    for (const name of used) add(name);
    return Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function shorten({ type = 'string_t', is_array, requirement, profile, enum: all = {} }: Attribute) {
  const profiles = typeof profile === 'string' ? [profile] : (profile ?? []);
  const values = Object.keys(all);
  const isNumber = type === 'integer_t' || type === 'long_t';
  const attribute: OcsfAttribute = {
    type,
    ...(is_array && { array: true as const }),
    ...(requirement === 'required' && { required: true as const }),
    ...(values.length > 0 && { values: isNumber ? values.map(Number) : values }),
    ...(profiles.length > 0 && { profiles }),
  };
  return attribute;
}

function constraintsOf(part: Part, parts: Parts): Part['constraints'] {
  if (part.constraints) return part.constraints;
  const parent = part.extends === undefined ? undefined : parts.get(part.extends);
  return parent && constraintsOf(parent, parts);
}

function categoryOf(part: Part, parts: Parts): string {
  const parent = part.extends === undefined ? undefined : parts.get(part.extends);
  return part.category ?? (parent ? categoryOf(parent, parts) : 'other');
}

function mustGet(parts: Parts, name: string): Part {
  const part = parts.get(name);
  if (part === undefined) throw new Error(`the schema has no ${name}`);
  return part;
}
