import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiPage } from './reference/api-page.ts';
import { errorsPage } from './reference/errors-page.ts';
import { normalisedPage } from './reference/normalised-page.ts';
import { services } from './reference/services.ts';
import { settingsPage } from './reference/settings-page.ts';

const root = join(import.meta.dirname, '..');
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.md'], {
  cwd: root,
})
  .toString()
  .trim()
  .split('\n')
  .filter((page) => existsSync(join(root, page)));

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  test('links to files and headings that are there', () => {
    const broken = linksOf(text).filter((link) => !resolves(page, link));
    expect(broken).toEqual([]);
  });

  test('starts with one heading', () => {
    expect(text.startsWith('# ')).toBe(true);
    expect(withoutCode(text).match(/^# /gm)).toHaveLength(1);
  });
});

describe('every page of docs', () => {
  test.each(pages.filter((page) => page.startsWith('docs/')))('%s is reached from the README', (page) => {
    expect(reachable('README.md')).toContain(page);
  });
});

/** `npm run docs` writes these pages anew. */
describe('the reference', () => {
  const file = (name: string) => join(root, 'docs', 'reference', name);

  test('settings.md is what src/config says', async () => {
    await expect(settingsPage()).toMatchFileSnapshot(file('settings.md'));
  });

  test('api.md is what the services say', async () => {
    await expect(apiPage(services)).toMatchFileSnapshot(file('api.md'));
  });

  test('normalised-fields.md is what src/sources/normalise says', async () => {
    await expect(normalisedPage()).toMatchFileSnapshot(file('normalised-fields.md'));
  });

  test('errors.md is what the services say', async () => {
    await expect(errorsPage(services)).toMatchFileSnapshot(file('errors.md'));
  });
});

describe('package.json', () => {
  const { scripts, files }: { scripts: Record<string, string>; files: string[] } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );

  test('has every npm script that the pages name', () => {
    const named = pages.flatMap((page) =>
      [
        ...readFileSync(join(root, page), 'utf8').matchAll(
          /\bnpm (?:run )?(start|test|[a-z]+:[a-z]+|(?<=run )[a-z:]+)/g,
        ),
      ].map((match) => match[1] ?? ''),
    );
    expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('packs what an installed opentrail needs', () => {
    expect(files).toEqual(expect.arrayContaining(['bin', 'dist', 'LICENSE', 'README.md']));
  });
});

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}

/** Targets of links and images, without those to the web. */
function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));
}

function resolves(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(readFileSync(file, 'utf8')).includes(heading);
}

/** Anchors as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function reachable(start: string): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    if (seen.has(page) || !existsSync(join(root, page)) || !page.endsWith('.md')) continue;
    seen.add(page);
    for (const link of linksOf(readFileSync(join(root, page), 'utf8'))) {
      const path = link.split('#')[0] ?? '';
      if (path !== '') open.push(join(dirname(page), path));
    }
  }
  return seen;
}
