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
  let script = onPath.find(isExecutable);
  if (
    script !== undefined &&
    firstLine(script).includes('bash') &&
    readFileSync(script, 'utf8').includes('pyenv')
  )
    script = execFileSync('pyenv', ['which', 'aws'], { encoding: 'utf8' }).trim();
  if (script === undefined) return undefined;
  const python = /^#! *(\S*python[\d.]*)$/.exec(firstLine(script))?.[1];
  return python === undefined ? undefined : { python, script };
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
