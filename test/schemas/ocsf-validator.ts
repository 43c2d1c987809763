import { Ajv, type ValidateFunction } from 'ajv';
import type { OcsfAttribute, OcsfData, OcsfPart } from './ocsf-data.ts';

type Json = Record<string, unknown>;

/**
 * A validator of one class for views that say these profiles. Unknown attributes are refused, as OCSF's own validator
 * does.
 */
export function ocsfValidator(
  data: OcsfData,
  className: string,
  profiles: readonly string[],
): ValidateFunction {
  const part = data.classes[className];
  if (part === undefined) throw new Error(`no class ${className}`);
  const compiler = new Compiler(data, new Set(profiles));
  return new Ajv({ allErrors: true, strict: false }).compile(compiler.compile(part));
}

class Compiler {
  readonly #data: OcsfData;
  readonly #profiles: ReadonlySet<string>;
  readonly #definitions: Json = {};

  constructor(data: OcsfData, profiles: ReadonlySet<string>) {
    this.#data = data;
    this.#profiles = profiles;
  }

  compile(part: OcsfPart): Json {
    return { ...this.#shape(part), $defs: this.#definitions };
  }

  #shape({ attributes, atLeastOne, justOne }: OcsfPart): Json {
    const properties: Json = {};
    const required: string[] = [];
    for (const [name, attribute] of Object.entries(attributes)) {
      if (attribute.profiles && !attribute.profiles.some((one) => this.#profiles.has(one))) continue;
      const value = this.#value(attribute);
      properties[name] = attribute.array ? { type: 'array', items: value } : value;
      if (attribute.required) required.push(name);
    }
    const only = (name: string) => ({ required: [name] });
    return {
      ...{ type: 'object', properties, required, additionalProperties: false },
      ...(atLeastOne && { anyOf: atLeastOne.map(only) }),
      ...(justOne && { oneOf: justOne.map(only) }),
    };
  }

  #value({ type, values }: OcsfAttribute): Json | boolean {
    if (!type.endsWith('_t')) return this.#reference(type);
    return { ...this.#scalar(type), ...(values && { enum: values }) };
  }

  #reference(name: string): Json | boolean {
    // The generic object holds anything.
    if (name === 'object') return { type: 'object' };
    const part = this.#data.objects[name];
    // Not taken in, since the view does not reach it: whatever stands there was not checked.
    if (part === undefined) return false;
    if (!(name in this.#definitions)) {
      this.#definitions[name] = {};
      this.#definitions[name] = this.#shape(part);
    }
    return { $ref: `#/$defs/${name}` };
  }

  #scalar(name: string): Json {
    const type = this.#data.types[name];
    if (type === undefined) throw new Error(`no type ${name}`);
    const { of, pattern, maxLength, range } = type;
    const base = of === undefined ? SCALARS[name] : this.#scalar(of);
    if (base === undefined) throw new Error(`no scalar ${name}`);
    return {
      ...base,
      ...(pattern !== undefined && { pattern }),
      ...(maxLength !== undefined && { maxLength }),
      ...(range && { minimum: range[0], maximum: range[1] }),
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
