import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What validation needs of an attribute: facts of the schema, without its texts. */
export interface OcsfAttribute {
  /** A scalar type such as `string_t`, or the name of an object. */
  readonly type: string;
  readonly array?: true;
  readonly required?: true;
  /** The values that it may have. */
  readonly values?: readonly (number | string)[];
  /** It is there only for views that say one of these profiles. */
  readonly profiles?: readonly string[];
}

/** A class of events, or an object, with everything that it inherits and includes. */
export interface OcsfPart {
  readonly attributes: Readonly<Record<string, OcsfAttribute>>;
  readonly atLeastOne?: readonly string[];
  readonly justOne?: readonly string[];
}

/** A scalar type. */
export interface OcsfType {
  /** The type that it narrows; absent: one of JSON's own. */
  readonly of?: string;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly range?: readonly [number, number];
}

/** The part of one version of the schema that the OCSF view reaches. */
export interface OcsfData {
  readonly version: string;
  readonly classes: Readonly<Record<string, OcsfPart>>;
  /** An attribute may name an object that is not here: the view does not reach it, and may not hold it. */
  readonly objects: Readonly<Record<string, OcsfPart>>;
  readonly types: Readonly<Record<string, OcsfType>>;
}

/** Where the data of a version lies. */
export function ocsfDataPath(version: string): string {
  return join(import.meta.dirname, 'ocsf', `${version}.json`);
}

/** The data of a version, as it was taken in. */
export function readOcsfData(version: string): OcsfData {
  return JSON.parse(readFileSync(ocsfDataPath(version), 'utf8')) as OcsfData;
}

/** The data as text: an attribute a line, so that the change from one version to the next can be read. */
export function writeOcsfData({ version, classes, objects, types }: OcsfData): string {
  const lines = (members: object, indent: string) =>
    Object.entries(members)
      .map(([name, value]) => `${indent}${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  const parts = (all: Readonly<Record<string, OcsfPart>>) =>
    Object.entries(all)
      .map(([name, { attributes, ...rest }]) => {
        const more = Object.keys(rest).length === 0 ? '' : `${lines(rest, '      ')},\n`;
        return `    ${JSON.stringify(name)}: {\n${more}      "attributes": {\n${lines(attributes, '        ')}\n      }\n    }`;
      })
      .join(',\n');
  return (
    `{\n  "version": ${JSON.stringify(version)},\n  "classes": {\n${parts(classes)}\n  },\n` +
    `  "objects": {\n${parts(objects)}\n  },\n  "types": {\n${lines(types, '    ')}\n  }\n}\n`
  );
}
