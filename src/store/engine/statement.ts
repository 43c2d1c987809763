/** Whether a statement only reads, by its first word: such ones run side by side. */
export function isRead(sql: string): boolean {
  const word = /^[(\s]*(?<word>[A-Za-z]+)/.exec(sql)?.groups?.word?.toUpperCase();
  return word !== undefined && READING.has(word);
}

const READING = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN']);
