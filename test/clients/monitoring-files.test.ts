import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from './programs.ts';

const root = join(import.meta.dirname, '..', '..');
const packaged = (...path: readonly string[]) => readFileSync(join(root, 'packaging', ...path), 'utf8');
const env = { PATH: process.env.PATH ?? '', HOME: '/' };

/** What the check says to some options; needs no server. */
async function check(...options: readonly string[]): Promise<string> {
  const file = join(root, 'dist', 'check_cloudtrail.js');
  return (await run(process.execPath, [file, ...options], { env })).stdout;
}

/** Every command line of the ready configurations, with whose it is. */
function commandLines(): { readonly from: string; readonly mode: string; readonly line: string }[] {
  const nagios = packaged('nagios', 'cloudtrail.cfg').replace(/\\\n/g, '');
  const centreon = packaged('centreon', 'cloudtrail.clapi');
  const of = (from: string, lines: Iterable<RegExpMatchArray>) =>
    [...lines].map(([, line = '']) => ({ from, mode: /--mode=(\w+)/.exec(line)?.[1] ?? '', line }));
  return [
    ...of('Nagios', nagios.matchAll(/command_line +(.*)/g)),
    ...of('Centreon', centreon.matchAll(/^CMD;ADD;[^;]*;check;(.*)/gm)),
  ];
}

const optionsOf = (text: string) => [...text.matchAll(/(?<=\s|")--([a-z-]+)/g)].map(([, name = '']) => name);

describe('the ready configurations and the check know the same options', () => {
  let help: ReadonlyMap<string, string>;

  beforeAll(async () => {
    await run(process.execPath, [join(root, 'scripts', 'ready.js')], { env: process.env as typeof env });
    const modes = ['checktrailstatus', 'countevents', 'delivery', 'digest', 'suspicious'];
    const texts = modes.map(
      async (mode) => [mode, await check('--custommode=paws', `--mode=${mode}`, '--help')] as const,
    );
    help = new Map(await Promise.all(texts));
  }, 120_000);

  test.each(commandLines())('$from, $mode', ({ mode, line }) => {
    const known = optionsOf(help.get(mode) ?? '');
    expect(optionsOf(line).filter((option) => option !== 'plugin' && !known.includes(option))).toEqual([]);
    expect(line).not.toMatch(/secret|access-key|session-token/i);
  });

  test('Icinga', () => {
    const text = packaged('icinga2', 'cloudtrail.conf');
    const known = [...help.values()].flatMap(optionsOf);
    const unknown = optionsOf(text).filter(
      (option) => !['plugin', 'extra'].includes(option) && !known.includes(option),
    );
    expect(unknown).toEqual([]);
    expect(text.match(/\$cloudtrail_aws(secret|access)key\$/g)).toHaveLength(2); // both in env, below
    expect(/env = \{(.*?)\}/s.exec(text)?.[1]?.match(/\$cloudtrail_aws(secret|access)key\$/g)).toHaveLength(
      2,
    );
  });
});

test('the manual page names every mode', async () => {
  const modes = (await check('--plugin=cloud::aws::cloudtrail::plugin', '--list-mode'))
    .split(/Modes Meta:|Modes Available:/)
    .slice(1)
    .flatMap((part) => part.trim().split(/\s+/));
  expect(modes).toContain('countevents');
  const page = packaged('man', 'check_cloudtrail.1').replaceAll('\\-', '-');
  expect(modes.filter((mode) => !page.includes(`.TP\n.B ${mode}\n`))).toEqual([]);
});

describe('the file that Centreon imports', () => {
  const lines = packaged('centreon', 'cloudtrail.clapi')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(';'));
  const added = (object: string) => lines.filter(([name, action]) => name === object && action === 'ADD');
  const host = 'Cloud-Aws-CloudTrail';

  test("has the names of Centreon's own connector", () => {
    expect(added('HTPL').map(([, , name]) => name)).toEqual([host, `${host}-custom`]);
    const services = new Map(added('STPL').map(([, , name = '', alias]) => [name, alias]));
    expect(services.get('Cloud-Aws-Cloudtrail-Check-Trail-Status-Api')).toBe('Cloudtrail-Check-Trail-Status');
    expect(services.get('Cloud-Aws-Cloudtrail-Count-Events-Api')).toBe('Cloudtrail-Count-Events');
  });

  test('a host brings the two services that it always brought', () => {
    const linked = lines.filter(([, action]) => action === 'addhosttemplate').map((line) => line.slice(2));
    expect(linked).toEqual([
      ['Cloud-Aws-Cloudtrail-Check-Trail-Status-Api-custom', `${host}-custom`],
      ['Cloud-Aws-Cloudtrail-Count-Events-Api-custom', `${host}-custom`],
    ]);
  });

  test('keys are passwords, and nothing else is', () => {
    const passwords = lines.filter(([, action, , , , flag]) => action === 'setmacro' && flag === '1');
    expect(passwords.map(([, , , macro]) => macro)).toEqual([
      'AWSACCESSKEY',
      'AWSSECRETKEY',
      'AWSSESSIONTOKEN',
    ]);
  });

  test('every macro of a command is set where it is looked for, and every line names what an earlier one made', () => {
    const made = new Set(['generic-active-host-custom', 'generic-active-service-custom']);
    const macros = new Set<string>();
    for (const [object, action, name = '', ...rest] of lines) {
      if (action === 'ADD') {
        const parent = object === 'HTPL' ? rest[2] : object === 'STPL' ? rest[1] : undefined;
        if (parent !== undefined) expect(made, `${name}'s parent`).toContain(parent);
        made.add(name);
      } else {
        expect(made).toContain(name);
        if (action === 'setparam') expect(made).toContain(rest[1]);
        if (action === 'addhosttemplate') expect(made).toContain(rest[0]);
        if (action === 'setmacro') macros.add(`${object === 'HTPL' ? host : name} ${rest[0]}`);
      }
    }
    for (const [, , command, , ...line] of added('CMD')) {
      for (const [, kind, macro] of line.join(';').matchAll(/\$_(HOST|SERVICE)(\w+)\$/g))
        expect(macros).toContain(`${kind === 'HOST' ? host : command} ${macro}`);
    }
  });
});
