import { readFileSync } from 'node:fs';
import { DestinationRefused, type Forwards } from '../forward/index.ts';
import { StartError } from './start-error.ts';

/**
 * Makes the destinations of the config file, or replaces those of the same name, which go on where they stood. A secret
 * stands there as `{"env":"NAME"}` or `{"file":"/path"}`. @throws StartError that names every fault
 */
export async function applyFileForwards(
  entries: readonly unknown[],
  forwards: Pick<Forwards, 'put'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const faults: string[] = [];
  for (const [number, entry] of entries.entries()) {
    try {
      if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
        throw new DestinationRefused(['must be an object']);
      const { secret, ...members } = entry as Record<string, unknown>;
      await forwards.put({ ...members, ...(secret !== undefined && { secret: readSecret(secret, env) }) });
    } catch (error) {
      if (!(error instanceof DestinationRefused)) throw error;
      faults.push(...error.faults.map((fault) => `forwards[${number}]: ${fault}`));
    }
  }
  if (faults.length > 0) throw new StartError(`the config file's forwards are wrong: ${faults.join('; ')}`);
}

function readSecret(value: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const { env: name, file } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof name === 'string') {
    const text = env[name];
    if (text) return text;
    throw new DestinationRefused([`secret is to be in the environment variable ${name}, which is not set`]);
  }
  if (typeof file === 'string') {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new DestinationRefused([`secret cannot be read: ${(error as Error).message}`]);
    }
  }
  throw new DestinationRefused(['secret must be {"env":"NAME"} or {"file":"/path"}']);
}
