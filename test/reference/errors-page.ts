import type { Service } from '../../src/aws/index.ts';

/** docs/reference/errors.md: the error table of each service. */
export function errorsPage(services: readonly Service[]): string {
  return `${head}\n${services.map(part).join('\n')}`;
}

const head = `# Errors

The codes that each service knows, with the HTTP status they are answered with. Codes that all services share (a wrong
signature, a throttled call, a body that cannot be read) come in the form of the service's protocol.

<!-- written by \`npm run docs\` from src/services -->
`;

function part(service: Service): string {
  const rows = [...service.errors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, status]) => `| ${code} | ${status} |`);
  return `## ${service.signingNames[0]}\n\n| code | HTTP status |\n|---|---|\n${rows.join('\n')}\n`;
}
