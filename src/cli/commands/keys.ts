import type { Command } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { KeyLine, KeysAnswer, KeysQuestion } from '../admin-api.ts';
import { columns, timeCell } from '../columns.ts';
import { type CliContext, write } from '../context.ts';

interface KeysOptions extends AccessOptions {
  readonly region?: string;
}

const REGION = '--region <REGION>';

/** `opentrail keys`: the keys that sign digest files. */
export function register(command: Command, context: CliContext): void {
  const ask = async (options: KeysOptions, op: KeysQuestion['op']): Promise<readonly KeyLine[]> => {
    const { region, ...access } = options;
    const question: KeysQuestion = { op, ...(region && { region }) };
    return (await openApi(access, context).call<KeysAnswer>('/v1/admin/keys', question)).keys;
  };

  withAccessOptions(command.command('list').description('list the keys, without their private halves'))
    .option(REGION, "only the keys of this Region's digests")
    .action(async (options: KeysOptions) => {
      await write(context.out, table(await ask(options, 'list')));
    });

  withAccessOptions(command.command('rotate').description('sign with a new key from now on'))
    .option(REGION, 'Region whose key is replaced; default: every Region that has one')
    .addHelpText('after', '\nThe old private key is removed; what it has signed stays valid.')
    .action(async (options: KeysOptions) => {
      await write(context.out, table(await ask(options, 'rotate')));
    });

  withAccessOptions(command.command('export').description('print the public keys, to be kept elsewhere'))
    .option(REGION, "only the keys of this Region's digests")
    .addHelpText('after', '\nThe form is that of `aws cloudtrail list-public-keys`.')
    .action(async (options: KeysOptions) => {
      const keys = await ask(options, 'list');
      await write(context.out, `${JSON.stringify({ PublicKeyList: keys.map(published) }, null, 2)}\n`);
    });

  command.addHelpText('after', '\nExample:\n  npx opentrail keys export > public-keys.json');
}

function table(keys: readonly KeyLine[]): string {
  const rows = keys.map((key) => [
    key.region,
    key.fingerprint,
    timeCell(key.validFrom),
    timeCell(key.validTo),
    key.state,
  ]);
  return columns([['REGION', 'FINGERPRINT', 'VALID FROM', 'VALID TO', 'STATE'], ...rows]);
}

function published({ value, validFrom, validTo, fingerprint }: KeyLine) {
  return {
    Value: value,
    ValidityStartTime: isoSeconds(validFrom),
    ValidityEndTime: isoSeconds(validTo),
    Fingerprint: fingerprint,
  };
}

function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}+00:00`;
}
