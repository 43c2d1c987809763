import { spawnSync } from 'node:child_process';

/** The Debian package that has a program. */
const homes = { 'dpkg-deb': 'dpkg', rpmbuild: 'rpm', rpm: 'rpm' };

/** Runs a packaging tool. @returns {string} what it printed @throws Error with its words when it fails or is missing */
export function tool(program, args, environment = {}) {
  const done = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
  if (done.error?.code === 'ENOENT')
    throw new Error(`${program} is not installed; on Debian: apt-get install ${homes[program] ?? program}`);
  if (done.status !== 0)
    throw new Error(`${program} ended with ${done.status}:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}
