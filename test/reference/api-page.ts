import type { Service } from '../../src/aws/index.ts';

/** docs/reference/api.md: each service's operations, built or not. */
export function apiPage(services: readonly Service[]): string {
  return `${head}\n${services.map(part).join('\n')}`;
}

const head = `# Operations

Every operation of each service is known. One that is built does what AWS documents, as far as the README's table says;
one that is not answers a clear refusal (\`NotImplementedException\`, \`NotImplemented\`) with HTTP status 501, which
\`GET /metrics\` counts.

<!-- written by \`npm run docs\` from src/services -->
`;

function part(service: Service): string {
  const names = [...service.operations.keys()].sort();
  const isBuilt = (name: string) => service.operations.get(name)?.handler !== undefined;
  const built = names.filter(isBuilt);
  const missing = names.filter((name) => !isBuilt(name));
  const count = `${built.length} of ${names.length} operations are built.`;
  const others = missing.length === 0 ? '' : `\nNot built: ${missing.join(', ')}.\n`;
  return `## ${service.signingNames[0]}\n\n${count}\n\n${built.map((name) => `- ${name}`).join('\n')}\n${others}`;
}
