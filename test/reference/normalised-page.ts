import {
  ECS_VERSION,
  ecsRows,
  FLAT_FIELDS,
  NORMALIZERS,
  OCSF_CALL,
  OCSF_CLASSES,
  OCSF_COMMON,
  OCSF_OWN,
  OCSF_VERSION,
  ocsfOperations,
  type Row,
} from '../../src/sources/normalise/index.ts';

/** docs/reference/normalised-fields.md: the mapping of each view. */
export function normalisedPage(): string {
  return `${head}
${table(FLAT_FIELDS)}

## ECS ${ECS_VERSION}

Names of the [Elastic Common Schema](https://www.elastic.co/docs/reference/ecs). What it has no field for stands under
\`aws.cloudtrail\`, with the names of Elastic's own integration.

${table(ecsRows)}

## OCSF ${OCSF_VERSION}

Classes of the [Open Cybersecurity Schema Framework](https://schema.ocsf.io/${OCSF_VERSION}), with its profile \`cloud\`.
Insights are Detection Finding, the operations below have classes of their own, all others are API Activity, with the
activity by the name of the operation: \`Create…\` 1, \`Get…\` 2, \`Update…\` 3, \`Delete…\` 4, else 99.

| class | service | operations (activity) |
|---|---|---|
${operations()}

Attributes of every class:

${table(OCSF_COMMON)}

Attributes of every class but Detection Finding:

${table(OCSF_CALL)}

${Object.values(OCSF_CLASSES)
  .map(({ uid, caption }) => `Attributes of ${caption} (${uid}):\n\n${table(OCSF_OWN.get(uid) ?? [])}`)
  .join('\n\n')}
`;
}

const normalizers = [...NORMALIZERS].map(([name, view]) => `\`${name}\` is \`${view}\``).join(', ');

const head = `# Normalised fields

A record is kept as the bytes that came in. These are the forms that it can be shown and forwarded in, made when somebody
asks: ${normalizers}. \`opentrail normalise --as flat|ecs|ocsf FILE\` shows them.

A field is left out where the record has nothing for it. Times are \`eventTime\`; where a record has none, the time when it
came. Fields that [enrichment](../guides/enrich-and-route.md) adds are named \`enrich.STEP.FIELD\` in the flat view, and
stand in the schema's own fields in the others.

<!-- written by \`npm run docs\` from src/sources/normalise -->

## Flat

Names in the manner of Logpoint's taxonomy; those in its
[reference for CloudTrail](https://docs.logpoint.com/integrations-1/aws/cloud-trail/aws-cloudtrail-log-reference) that we
know of are the same (\`user\`, \`identity_type\`, \`source_address\`, \`host\`, \`status\`, \`mfa_authenticated\`), but for
\`repo\`, which is \`bucket\` here, since a repository is something else. The other names are our reading. On top of
these, members of \`requestParameters\` and \`responseElements\` that are texts, numbers or booleans are
\`request_NAME\` and \`response_NAME\` (64 at most), with the name as the record has it: \`request_bucketName\`.
`;

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| \`${row.to}\` | ${fromOf(row)} |`);
  return ['| field | from |', '|---|---|', ...lines].join('\n');
}

function fromOf(row: Row): string {
  if ('is' in row) return `\`${String(row.is)}\`${row.note === 'always' ? '' : `: ${row.note}`}`;
  if ('by' in row) return row.note;
  const paths = (typeof row.from === 'string' ? [row.from] : row.from).map((path) => `\`${path}\``);
  return `\`${paths.map((path) => path.slice(1, -1)).join('`, else `')}\`${paths.includes(row.note) ? '' : `: ${row.note}`}`;
}

function operations(): string {
  const lines = new Map<string, string[]>();
  for (const [service, operation, kind] of ocsfOperations()) {
    const key = `${kind.class.caption} (${kind.class.uid}) | ${service}`;
    lines.set(key, [...(lines.get(key) ?? []), `${operation} (${kind.activity})`]);
  }
  return [...lines].map(([key, names]) => `| ${key} | ${names.join(', ')} |`).join('\n');
}
