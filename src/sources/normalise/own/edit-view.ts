type View = Record<string, unknown>;

/**
 * Puts a value into a view that another mapping made. Objects on the way are copied first: such a view may hold parts of
 * the record itself, and these stay as they are.
 */
export function putOver(view: View, names: readonly string[], value: unknown): void {
  const place = openPath(view, names, true);
  if (place) place[names.at(-1) ?? ''] = value;
}

/** Takes a field out of such a view, if it is there. */
export function takeOut(view: View, names: readonly string[]): void {
  const place = openPath(view, names, false);
  if (place) delete place[names.at(-1) ?? ''];
}

/** The object that holds the last name, with every object on the way copied. What is no object gives way, if it may. */
function openPath(view: View, names: readonly string[], mayMake: boolean): View | undefined {
  let place = view;
  for (const name of names.slice(0, -1)) {
    const inner = Object.hasOwn(place, name) ? place[name] : undefined;
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (!isObject && !mayMake) return undefined;
    const copy = isObject ? { ...inner } : {};
    place[name] = copy;
    place = copy;
  }
  return place;
}
