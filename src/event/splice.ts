/**
 * Adds members to a record's bytes before its last brace, so that everything that came in stays as it came in.
 * `raw` must be a JSON object, and none of the members may stand in it already.
 */
export function spliceMembers(raw: Buffer, members: ReadonlyMap<string, unknown>): Buffer {
  if (members.size === 0) return raw;
  const end = raw.lastIndexOf(0x7d);
  const added = [...members]
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join(',');
  const head = raw.subarray(0, end);
  const separator =
    /^\s*\{\s*$/.test(head.subarray(0, 64).toString('latin1')) && head.length <= 64 ? '' : ',';
  return Buffer.concat([head, Buffer.from(`${separator}${added}`), raw.subarray(end)]);
}

/**
 * Makes one line of a record: takes out the line breaks between its tokens. (Inside a JSON string a raw line break
 * cannot stand, RFC 8259 section 7.)
 */
export function toOneLine(raw: Buffer): Buffer {
  if (!raw.includes(0x0a) && !raw.includes(0x0d)) return raw;
  return Buffer.from(raw.filter((byte) => byte !== 0x0a && byte !== 0x0d));
}
