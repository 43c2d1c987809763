import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

describe('the package that npm pack makes', () => {
  let folder: string;
  let files: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'opentrail-package-'));
    execFileSync(process.execPath, [join(root, 'scripts', 'ready.js')]);
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: root,
    });
    const [tarball = ''] = readdirSync(folder);
    execFileSync('tar', ['-xzf', tarball], { cwd: folder });
    files = readdirSync(join(folder, 'package'), { recursive: true, encoding: 'utf8' });
    // What `npm install` would bring.
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('holds the command, the build, the licence, and no sources or tests', () => {
    expect(files).toEqual(
      expect.arrayContaining(['bin/opentrail.js', 'dist/cli/main.js', 'LICENSE', 'README.md']),
    );
    expect(files.filter((file) => /^(src|test|bench|docs|scripts)\b|\.test\.|\.map$/.test(file))).toEqual([]);
  });

  test('declares every package that the build imports', () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(folder, 'package', 'package.json'), 'utf8'),
    );
    const imported = files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) =>
        [
          ...readFileSync(join(folder, 'package', file), 'utf8').matchAll(
            /(?:from |import\(|^import )'([^'./][^']*)'/gm,
          ),
        ].map((match) => match[1] ?? ''),
      )
      .filter((name) => /^[@a-z]/.test(name) && !name.startsWith('node:'))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect([...new Set(imported)].filter((name) => dependencies[name] === undefined)).toEqual([]);
  });

  test('runs where it was installed', () => {
    const command = join(folder, 'package', 'bin', 'opentrail.js');
    const help = execFileSync(process.execPath, [command, 'serve', '--help'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(help).toContain('--delivery-interval');
  });
});
