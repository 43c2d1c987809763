import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  type Config,
  ConfigError,
  environmentOf,
  flagOf,
  readConfig,
  SETTINGS,
  type Setting,
} from '../../config/index.ts';
import { type CliContext, CliError } from '../context.ts';

const GROUPS = ['Server', 'Accounts', 'Events', 'Neighbours', 'Limits'] as const;

/** `opentrail serve`: every setting is a flag; serves until SIGTERM or SIGINT. */
export function register(command: Command, context: CliContext): void {
  command
    .option('--config <FILE>', 'JSON file with settings, keys as --data-dir → dataDir; else OPENTRAIL_CONFIG')
    .addHelpText('after', explainSources());
  for (const group of GROUPS) {
    command.optionsGroup(`${group}:`);
    for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
      if (setting.group === group && !setting.environmentOnly) command.addOption(optionOf(name, setting));
    }
  }
  command.action(async (flags: Record<string, string | boolean>) => {
    const config = useTemporaryFolder(check(flags, context));
    const { serve, StartError } = await import('../../server/index.ts');
    await serve(config).catch((error: unknown) => {
      throw error instanceof StartError ? new CliError(error.message, { cause: error }) : error;
    });
  });
}

function optionOf(name: string, setting: Setting<unknown>): Option {
  const { placeholder } = setting.type;
  const notes = [
    ...(setting.default !== undefined && placeholder ? [`default: ${setting.default}`] : []),
    ...(setting.example ? [`example: ${setting.example}`] : []),
  ];
  const description = notes.length > 0 ? `${setting.description} (${notes.join('; ')})` : setting.description;
  return new Option(placeholder ? `${flagOf(name)} <${placeholder}>` : flagOf(name), description);
}

function explainSources(): string {
  const secrets = Object.entries<Setting<unknown>>(SETTINGS)
    .filter(([, setting]) => setting.environmentOnly)
    .map(([name]) => `  ${environmentOf(name)}`);
  return [
    '',
    'Each flag is also an environment variable (--data-dir: OPENTRAIL_DATA_DIR) and a key of the config file',
    '(dataDir). A flag wins over the environment, that over the file. Secrets are read from the environment only:',
    ...secrets,
    '',
    'Examples:',
    '  opentrail serve --data-dir /var/lib/opentrail --delivery-interval 1m',
    '  opentrail serve --data-dir temp --port 0 --ready-file ready.json',
    '  opentrail serve --host 0.0.0.0 --tls-key key.pem --tls-cert cert.pem --accounts any',
  ].join('\n');
}

function check(flags: Readonly<Record<string, string | boolean>>, context: CliContext): Config {
  try {
    return readConfig({ flags, env: context.env, readFile: (path) => readFileSync(path, 'utf8') });
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message, { exitCode: 2, cause: error });
    throw error;
  }
}

/** `temp` becomes a folder that lives as long as the process. */
function useTemporaryFolder(config: Config): Config {
  if (config.dataDir !== 'temp') return config;
  const dataDir = mkdtempSync(join(tmpdir(), 'opentrail-'));
  process.on('exit', () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  return { ...config, dataDir };
}
