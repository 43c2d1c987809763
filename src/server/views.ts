import { normalizersOf, type Policies, type Sources } from '../sources/index.ts';
import {
  type CompiledNormalizer,
  compileNormalizer,
  NORMALIZERS,
  readNormalizer,
  VIEW_OF,
  VIEWS,
  type View,
} from '../sources/normalise/index.ts';

/** The view by the normalization policy of a record's log source. */
export const BY_POLICY = 'policy';

/**
 * The views by the names that searches and forwards give: `flat`, `ecs`, `ocsf`, a normalizer, or `policy`. What an
 * operator wrote is compiled once, and anew after it was changed.
 */
export interface HouseViews {
  /** Is there such a view? */
  has(name: string): boolean;
  /** For people: what may be named. */
  names(): readonly string[];
  /**
   * The maker of a view, for records of a log source (empty: of none). Undefined when there is no such view any more.
   * By policy the first normalizer of the source that is for the record makes it, else the flat view.
   */
  find(name: string, sourceId: string): View | undefined;
  /** Tells who else names normalizers, for people: such a one cannot go. */
  addUsers(usersOf: (name: string) => readonly string[]): void;
  /** Those that were told of. */
  usersOf(name: string): readonly string[];
}

/** Opens the views of these sources and normalizers. */
export function openViews(sources: Sources, policies: Policies): HouseViews {
  const builtIn = new Map<string, View>([
    ...VIEWS.map((name) => [name, VIEW_OF[name]] as const),
    ...[...NORMALIZERS].map(([name, view]) => [name, VIEW_OF[view]] as const),
  ]);
  let own = new Map<string, CompiledNormalizer>();
  let bySource = new Map<string, View>();
  const forget = () => {
    own = new Map();
    bySource = new Map();
  };
  policies.onChange(forget);
  sources.onChange(forget);

  function ownNamed(name: string): CompiledNormalizer | undefined {
    const known = own.get(name);
    if (known) return known;
    const stored = policies.find('normalizer', name);
    const read = stored && readNormalizer(stored.mapping);
    // One that a newer opentrail wrote may say what this one cannot read.
    if (read?.kind !== 'read') return undefined;
    const compiled = compileNormalizer(read.policy);
    own.set(name, compiled);
    return compiled;
  }

  function compilePolicy(sourceId: string): View {
    const source = sources.get(sourceId);
    const refs = source ? normalizersOf(source, (name) => policies.find('normalization', name)) : [];
    const normalizers = refs.flatMap(({ name }): readonly CompiledNormalizer[] => {
      const view = builtIn.get(name);
      const one = view ? { fits: () => true, view } : ownNamed(name);
      return one ? [one] : [];
    });
    return (record, context) => {
      const first = normalizers.find(({ fits }) => fits(record, context));
      return (first?.view ?? VIEW_OF.flat)(record, context);
    };
  }

  function byPolicy(sourceId: string): View {
    const known = bySource.get(sourceId) ?? compilePolicy(sourceId);
    bySource.set(sourceId, known);
    return known;
  }

  const users: ((name: string) => readonly string[])[] = [];
  const find: HouseViews['find'] = (name, sourceId) =>
    name === BY_POLICY ? byPolicy(sourceId) : (builtIn.get(name) ?? ownNamed(name)?.view);
  return {
    has: (name) => name === BY_POLICY || builtIn.has(name) || policies.find('normalizer', name) !== undefined,
    names: () => [...builtIn.keys(), ...policies.list('normalizer').map(({ name }) => name), BY_POLICY],
    find,
    addUsers: (usersOf) => void users.push(usersOf),
    usersOf: (name) => users.flatMap((usersOf) => usersOf(name)),
  };
}
