import { CheckFailure } from './failure.ts';

/** The version that every mode has always said it has. */
export const MODE_VERSION = '1.0';

/**
 * Refuses when somebody asks for more than this version. Parts are compared one by one, as far as both have them; `x` is
 * any, and what is no version asks for nothing. @throws CheckFailure
 */
export function checkModeVersion(wanted: string | undefined): void {
  if (wanted === undefined || !/^[\dx]+(\.[\dx]+)*$/.test(wanted)) return;
  const here = MODE_VERSION.split('.');
  for (const [at, part] of wanted.split('.').entries()) {
    const own = here[at];
    if (own === undefined || part === 'x' || Number(part) < Number(own)) return;
    if (Number(part) > Number(own)) {
      const words = `Not good version for plugin mode. Excepted at least: ${wanted}. Get: ${MODE_VERSION}`;
      throw new CheckFailure(words);
    }
  }
}
