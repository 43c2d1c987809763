/** A value of parsed JSON. Events are strangers' texts: only own properties are looked at, and nothing recurses into them. */
export type Json = unknown;

/** What can be compared: no objects, no arrays. */
export type Scalar = string | number | boolean | null;

/** A JSON object; its keys come from outside, so it is read with `ownValue` only. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value under a key that the object itself has; undefined when it has none. */
export function ownValue(object: JsonObject | undefined, key: string): Json {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object that is no array. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `test` holds of the value, or of one in its arrays, however deep they are nested. */
export function someInside(value: Json, test: (value: Json) => boolean): boolean {
  if (!Array.isArray(value)) return test(value);
  const waiting: Json[][] = [value];
  for (let list = waiting.pop(); list !== undefined; list = waiting.pop()) {
    for (const one of list) {
      if (Array.isArray(one)) waiting.push(one);
      else if (test(one)) return true;
    }
  }
  return false;
}

/**
 * Whether something that is no object stands at the path, arrays on the way searched whole. An object or an empty array
 * at its end is nothing: fields exist as leaves only.
 */
export function hasLeaf(root: Json, path: readonly string[], depth = 0): boolean {
  return someInside(root, (value) => {
    if (depth === path.length) return value !== undefined && !isObject(value);
    return isObject(value) && hasLeaf(ownValue(value, path[depth]!), path, depth + 1);
  });
}
