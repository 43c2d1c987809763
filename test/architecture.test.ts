import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

/** Longest file that needs no reason; tables of test cases may be longer. */
const maximumLines = 500;
const maximumTestLines = 800;
/** Files that may be longer, each with its reason. */
const longFiles = new Map<string, string>([]);
/** Rooms in the folder of another: what is needed where the rest of that room would be too much. */
const roomsWithin = ['digest/verify', 'repos/block', 'store/native'];
/** Packages whose licence is named in a file of theirs only, and which it is. */
const licensedByFile = new Map([['node_modules/@elastic/ecs', 'Apache-2.0']]);

interface Import {
  readonly file: string;
  /** Path under src. */
  readonly target: string;
}

const table = readImportTable();
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'))
  .sort();
const product = sources.filter((file) => !/\.(test|fixture)\.ts$/.test(file));
const imports = product.flatMap(importsOf);
const between = imports.filter(({ file, target }) => roomOf(file) !== roomOf(target));

describe('the import table of ARCHITECTURE.md', () => {
  test('names every room of src, and no other', () => {
    const rooms = [...new Set(product.map(roomOf))].sort();
    expect([...table.keys()].sort()).toEqual(rooms);
  });

  test('lets a room import only rooms that stand above it, so that there are no cycles', () => {
    const above = new Set<string>();
    for (const [room, allowed] of table) {
      expect(
        allowed.filter((name) => !above.has(name)),
        `of ${room}`,
      ).toEqual([]);
      above.add(room);
    }
  });

  test('allows every import between rooms', () => {
    const refused = between
      .filter(({ file, target }) => !table.get(roomOf(file))?.includes(roomOf(target)))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(refused).toEqual([]);
  });

  test('lists nothing that no import uses', () => {
    const used = new Set(between.map(({ file, target }) => `${roomOf(file)} > ${roomOf(target)}`));
    const listed = [...table].flatMap(([room, allowed]) => allowed.map((name) => `${room} > ${name}`));
    expect(listed.filter((pair) => !used.has(pair))).toEqual([]);
  });
});

describe('the rooms', () => {
  test('import one another through the door only', () => {
    const aroundTheDoor = between
      .filter(({ target }) => target !== `${roomOf(target)}/index.ts`)
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(aroundTheDoor).toEqual([]);
  });

  test('import no file that is not there', () => {
    const missing = imports.filter(({ target }) => !existsSync(join(src, target)));
    expect(missing.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('take nothing from test, bench or scripts into the product', () => {
    const outside = imports.filter(({ target }) => target.startsWith('..'));
    expect(outside.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });
});

describe('the files', () => {
  test('are named for an idea: no utils, manager, helper', () => {
    const vague = sources.filter((file) => /(^|[-/.])(utils?|managers?|helpers?|misc)([-/.]|$)/.test(file));
    expect(vague).toEqual([]);
  });

  test('have kebab-case names', () => {
    expect(sources.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([]);
  });

  test(`are no longer than ${maximumLines} lines, but for those with a reason`, () => {
    const limitOf = (file: string) => (file.endsWith('.test.ts') ? maximumTestLines : maximumLines);
    const long = sources.filter((file) => lineCount(file) > limitOf(file));
    expect(
      long.filter((file) => !longFiles.has(file)).map((file) => `${file}: ${lineCount(file)} lines`),
    ).toEqual([]);
    expect([...longFiles.keys()].filter((file) => !long.includes(file))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  const lock: LockFile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const packages = new Map(Object.entries(lock.packages));

  test('knows the optional packages of every platform, which npm ci asks for (repair: npm run lock)', () => {
    const missing = [...packages.values()]
      .flatMap((entry) => Object.entries(entry.optionalDependencies ?? {}))
      .filter(([name, version]) => /^\d/.test(version) && !packages.has(`node_modules/${name}`));
    expect(missing).toEqual([]);
  });

  test('holds no download addresses', () => {
    expect([...packages].filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual(
      [],
    );
  });

  test('brings no dependency under a licence that would bind its users', () => {
    const free = /^[(\s]*(Apache-2\.0|MIT|ISC|BSD|0BSD|BlueOak|CC0|Python-2\.0|Unlicense|MPL-2\.0)/;
    const bound = [...packages].filter(
      ([path, entry]) =>
        path !== '' && entry.license && !free.test(entry.license) && !licensedByFile.has(path),
    );
    expect(bound.map(([path, entry]) => `${path}: ${entry.license}`)).toEqual([]);
  });
});

interface LockFile {
  readonly packages: Record<
    string,
    {
      readonly license?: string;
      readonly resolved?: string;
      readonly optionalDependencies?: Record<string, string>;
    }
  >;
}

function readImportTable(): Map<string, readonly string[]> {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const part = page.split('<!-- import-table -->')[1]?.split('<!-- /import-table -->')[0] ?? '';
  const rows = part.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| room |'));
  return new Map(
    rows.map((line) => {
      const [room = '', allowed = ''] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return [room, allowed === '' ? [] : allowed.split(',').map((name) => name.trim())];
    }),
  );
}

/**
 * Each service is a room of its own, and so are the verifier and the folders of sources; everything else is named by
 * its first folder.
 */
function roomOf(file: string): string {
  const [first = '', second = '', third] = file.split('/');
  if (first === 'sources' && third !== undefined) return `${first}/${second}`;
  for (const room of roomsWithin) if (file.startsWith(`${room}/`)) return room;
  return first === 'services' ? `${first}/${second}` : first;
}

/** Static, type-only, dynamic imports and re-exports, of relative paths. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
  const pattern = /(?:\bfrom\s+|\bimport\s*\(?\s*)'(\.[^']*)'/g;
  return [...text.matchAll(pattern)].map((match) => {
    const target = relative(src, join(src, dirname(file), match[1] ?? ''));
    return { file, target: target.split(sep).join('/') };
  });
}

function lineCount(file: string): number {
  return readFileSync(join(src, file), 'utf8').split('\n').length - 1;
}
