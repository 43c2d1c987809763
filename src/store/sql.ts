/** Text for the engine, written by this room. Values from outside enter it through `literal` only. */
export type Sql = string;

/**
 * A string literal. Everything but plain characters is written as hexadecimal bytes, so that no value can end the
 * literal, whatever the engine's escaping rules are.
 */
export function literal(text: string): Sql {
  if (/^[A-Za-z0-9_.:/@ -]*$/.test(text)) return `'${text}'`;
  return `'${[...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`;
}

/** A database or table name from the configuration; throws unless it is a plain identifier. */
export function identifier(name: string): Sql {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) {
    throw new Error(
      `event store: expected a plain identifier (letters, digits, _), found ${JSON.stringify(name)}`,
    );
  }
  return name;
}
