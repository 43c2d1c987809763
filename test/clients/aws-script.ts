import { execFileSync } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The `aws` of this machine, where it is a Python script: its file, and the Python that its first line names. */
export interface AwsScript {
  readonly python: string;
  readonly script: string;
}

/** Looks for `aws` on the path, and through pyenv's stand-in; undefined when it is missing or is no Python script. */
export function findAwsScript(): AwsScript | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'aws'));
  const found = onPath.find(isExecutable);
  if (found === undefined) return undefined;
  const script = firstLine(found).endsWith('bash') ? behindShim(found) : found;
  const python = /^#! *(\S*python[\d.]*)$/.exec(firstLine(script))?.[1];
  return python === undefined ? undefined : { python, script };
}

/** pyenv puts shell scripts on the path that look for the program of the Python that is chosen. */
function behindShim(shim: string): string {
  const text = readFileSync(shim, 'utf8');
  const pyenv = /^exec "(.+\/pyenv)" exec /m.exec(text)?.[1];
  if (pyenv === undefined) return shim;
  // A home that is empty does not lead there.
  const PYENV_ROOT = /^export PYENV_ROOT="(.+)"$/m.exec(text)?.[1];
  return execFileSync(pyenv, ['which', 'aws'], {
    encoding: 'utf8',
    env: { ...process.env, ...(PYENV_ROOT !== undefined && { PYENV_ROOT }) },
  }).trim();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function firstLine(file: string): string {
  const start = Buffer.alloc(200);
  const descriptor = openSync(file, 'r');
  try {
    return start.toString('latin1', 0, readSync(descriptor, start)).split('\n')[0]!;
  } finally {
    closeSync(descriptor);
  }
}
