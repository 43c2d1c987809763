// `npm run lock`: after `npm install NAME`, adds to package-lock.json the optional packages of other platforms that the
// registry in use does not carry. Without them `npm ci` refuses the lock file, on every platform.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './set-up.js';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const packages = new Map(Object.entries(lock.packages));

for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (packages.has(path) || !/^\d/.test(version)) continue;
    packages.set(path, { version, ...platformOf(name), ...(entry.dev && { dev: true }), optional: true });
    console.log(`added ${name} ${version}`);
  }
}

const [[rootPath, rootEntry], ...others] = packages;
others.sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries([[rootPath, rootEntry], ...others]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

/** Such packages are named for their platform: `@scope/name-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) =>
    ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'].includes(word),
  );
  const cpu = words.find((word) =>
    ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'].includes(word),
  );
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return { ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }), ...(os && { os: [os] }) };
}
