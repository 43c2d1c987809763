/** What a room has open of its environment. */
interface Opened {
  readonly root: {
    transaction(work: () => void): Promise<unknown>;
    close(): Promise<void>;
  };
}

/** How one room is looked through. */
interface Inspection<Env extends Opened, Found> {
  readonly path: string;
  readonly open: (path: string) => Env;
  readonly inspect: (path: string, tell: (kind: string, message: string) => void) => Promise<Found>;
  /** What happens to the environment before. */
  readonly damage: ((env: Env) => unknown) | undefined;
}

/** Looks through what a room has left in a folder, perhaps damaged. Answers what was found, and what was told as wrong. */
export async function inspectDamaged<Env extends Opened, Found>({
  path,
  open,
  inspect,
  damage,
}: Inspection<Env, Found>): Promise<{ readonly told: readonly string[]; readonly found: Found }> {
  if (damage) {
    const env = open(path);
    await env.root.transaction(() => void damage(env));
    await env.root.close();
  }
  const told: string[] = [];
  const found = await inspect(path, (kind, message) => told.push(`${kind}: ${message}`));
  return { told, found };
}

/** Some row of a table. */
export const firstOf = <Key>(table: { getKeys(options: object): Iterable<Key> }): Key =>
  [...table.getKeys({ limit: 1 })][0]!;
