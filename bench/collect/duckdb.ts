/**
 * The same log files read by DuckDB into a table: `node duckdb.js GLOB DATABASE FORM` prints what it took, as JSON.
 * Forms: what somebody would do who wants to search the records afterwards.
 */
import { statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , glob = '', database = '', form = 'columns'] = process.argv;
const files = `read_json('${glob}', columns = { Records: 'JSON[]' }, maximum_object_size = 268435456)`;
const COLUMNS = [
  ['id', '$.eventID'],
  ['source', '$.eventSource'],
  ['name', '$.eventName'],
  ['region', '$.awsRegion'],
  ['account', '$.recipientAccountId'],
  ['arn', '$.userIdentity.arn'],
  ['access_key', '$.userIdentity.accessKeyId'],
  ['ip', '$.sourceIPAddress'],
  ['error', '$.errorCode'],
  ['read_only', '$.readOnly'],
  ['category', '$.eventCategory'],
];
const FORMS = new Map([
  // What opentrail keeps: each record as it came, and the columns that searches ask by.
  [
    'columns',
    `SELECT (r->>'$.eventTime')::TIMESTAMP AS time, ${COLUMNS.map(([name, path]) => `r->>'${path}' AS ${name}`).join(', ')}, r ` +
      `FROM (SELECT unnest(Records) AS r FROM ${files})`,
  ],
  ['records', `SELECT unnest(Records) AS r FROM ${files}`],
  // By the types that it makes out itself: no record can be given back as it came.
  ['types', `SELECT unnest(Records) AS r FROM read_json_auto('${glob}', maximum_object_size = 268435456)`],
]);

const connection = await (await DuckDBInstance.create(database)).connect();
const began = performance.now();
const before = process.cpuUsage();
await connection.run(`CREATE TABLE events AS ${FORMS.get(form)}`);
await connection.run('CHECKPOINT');
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
const count = await connection.runAndReadAll('SELECT count(*) FROM events');
console.log(
  JSON.stringify({
    events: Number(count.getRows()[0]?.[0]),
    seconds,
    cpu: (user + system) / 1e6,
    peak: process.resourceUsage().maxRSS * 1024,
    bytes: statSync(database).size,
  }),
);
process.exit(0);
