/**
 * Is the address one of the operator's list, or below one of them? URL takes `..` out of both, so that a path cannot
 * climb out of what is listed; scheme, host, port and user must be the same.
 */
export function isListedEndpoint(endpoint: string, listed: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const place = new URL(endpoint);
  return listed.some((one) => {
    const base = new URL(one);
    if (place.origin !== base.origin || userOf(place) !== userOf(base)) return false;
    return place.pathname === base.pathname || place.pathname.startsWith(base.pathname.replace(/\/?$/, '/'));
  });
}

function userOf({ username, password }: URL): string {
  return `${username}:${password}`;
}
