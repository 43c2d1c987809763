/** Keys of a listing with `encoding-type=url`; as it stands where it was not encoded after all. */
export function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
