import { RowBinaryReader } from './row-binary.ts';
import { literal, type Sql } from './sql.ts';

/** Newer servers make statistics of every column of every insert, large texts too; nothing here is asked by them. */
export const NO_STATISTICS: TableSettings = { auto_statistics_types: '' };

/** Settings of a MergeTree table by name. */
export type TableSettings = Readonly<Record<string, string | number>>;

/**
 * Sets what the table had better have, of that what the server knows: settings come and go with its versions. Idempotent.
 * https://clickhouse.com/docs/operations/settings/merge-tree-settings
 */
export async function tuneTable(
  connection: { read(sql: Sql): Promise<Buffer>; command(sql: Sql): Promise<void> },
  table: Sql,
  settings: TableSettings,
): Promise<void> {
  const names = Object.keys(settings).map(literal).join(', ');
  const known = new RowBinaryReader(
    await connection.read(`SELECT name FROM system.merge_tree_settings WHERE name IN (${names})`),
  );
  const changes: Sql[] = [];
  while (!known.done) {
    const name = known.string();
    const value = settings[name]!;
    changes.push(`${name} = ${typeof value === 'number' ? value : literal(value)}`);
  }
  if (changes.length > 0)
    await connection.command(`ALTER TABLE ${table} MODIFY SETTING ${changes.join(', ')}`);
}
