/**
 * The program that walks environments in a process of its own: `walk-program.js PATH…`. Says of each on a line of its
 * own, as JSON, what is wrong with it (`null`: nothing), in the order of the arguments.
 */
import { walk } from './walk.ts';

for (const path of process.argv.slice(2)) {
  let problem: string | undefined;
  try {
    problem = await walk(path);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  process.stdout.write(`${JSON.stringify(problem ?? null)}\n`);
}
