import { readFileSync } from 'node:fs';
import { CheckFailure } from '../failure.ts';
import type { OptionValues } from '../options/option-values.ts';
import { toText } from '../perl/number.ts';
import type { SecretPlace } from './secret-place.ts';

/** Takes options from a JSON file that only the monitoring user can read. */
export const filePlace: SecretPlace = {
  heading: 'Secret File Options',
  options: [
    { name: 'secret-file', kind: 'value', text: 'Secret file, in JSON.' },
    {
      name: 'secret-search-value',
      kind: 'list',
      text: "Look a value up in the file by JSON Path (multiple options). Example: --secret-search-value='secret=$.aws.secretKey'.",
    },
    {
      name: 'secret-map-option',
      kind: 'list',
      text: "Overload a plugin option (multiple options). Example: --secret-map-option='aws-secret-key=%{secret}'.",
    },
  ],
  apply(options) {
    const path = options.text('secret-file');
    if (path === undefined) return;
    const document = read(path);
    const found = new Map<string, string>();
    for (const [name, lookup] of pairsOf(options, 'secret-search-value')) {
      found.set(
        name,
        valueAt(
          document,
          fillIn(lookup, (key) => options.get(key)),
        ),
      );
    }
    for (const [option, text] of pairsOf(options, 'secret-map-option')) {
      options.set(
        option,
        fillIn(text, (name) => found.get(name)),
      );
    }
  },
};

function read(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'No such file or directory' : 'not readable';
    throw new CheckFailure(`Cannot read secret file '${path}': ${reason}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CheckFailure('Cannot decode secret file');
  }
}

function pairsOf(options: OptionValues, name: string): [string, string][] {
  return options.list(name).flatMap((text) => {
    const match = /^(.+?)=(.+)$/.exec(text);
    return match ? [[match[1]!, match[2]!] as [string, string]] : [];
  });
}

function fillIn(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(/%\{(.*?)\}/g, (_, name) => lookUp(name) ?? '');
}

/** The part of JSON Path (RFC 9535) that names one place: `$.a.b`, `$['a'][0]`. Nothing there is an empty text. */
function valueAt(document: unknown, path: string): string {
  let value = document;
  for (const [, plain, quoted, index] of path
    .replace(/^\$/, '')
    .matchAll(/\.?([^.[\]]+)|\[(?:'([^']*)'|"[^"]*"|(\d+))\]/g)) {
    const name = plain ?? quoted ?? index ?? '';
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return '';
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return typeof value === 'string' || typeof value === 'number' ? toText(value) : '';
}
