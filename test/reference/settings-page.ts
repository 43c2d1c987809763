import { environmentOf, flagOf, SETTINGS, type Setting } from '../../src/config/index.ts';

/** docs/reference/settings.md, from the one table that flags, environment and config file are read by. */
export function settingsPage(): string {
  const settings = Object.entries<Setting<unknown>>(SETTINGS);
  const groups = [...new Set(settings.map(([, setting]) => setting.group))];
  const parts = groups.map((group) => {
    const rows = settings
      .filter(([, setting]) => setting.group === group)
      .map(([name, setting]) => row(name, setting));
    return `## ${group}\n\n| flag, environment | default | what it does |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${head}\n${parts.join('\n')}`;
}

const head = `# Settings

\`opentrail serve --help\` shows the same. A flag wins over the environment, the environment over the config file
(\`--config FILE\`, JSON, with the flag's name in camelCase: \`{ "deliveryInterval": "30s" }\`). A wrong value stops the
start and says which setting it was, what was expected, and where it was set.

Secrets are taken from the environment only: flags stand in process lists, and files in backups.

<!-- written by \`npm run docs\` from src/config -->
`;

function row(name: string, setting: Setting<unknown>): string {
  const value = setting.type.placeholder === undefined ? '' : ` ${setting.type.placeholder}`;
  const flag = setting.environmentOnly ? '' : `\`${cell(flagOf(name) + value)}\`<br>`;
  const standard = setting.default === undefined ? '' : `\`${cell(setting.default)}\``;
  const example = setting.example === undefined ? '' : ` Example: \`${cell(setting.example)}\``;
  const words = `${cell(setting.description)}. Takes ${cell(setting.type.expected)}.${example}`;
  return `| ${flag}\`${environmentOf(name)}\` | ${standard} | ${words} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
