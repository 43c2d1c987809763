import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** What Nagios knows of a service. */
export interface ServiceStatus {
  /** 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; undefined before the first check. */
  readonly state: number | undefined;
  /** The line that the check printed, without performance data. */
  readonly output: string;
  readonly performance: string;
}

/** A Nagios 4 of its own in a folder: the packaged configuration, the hosts of the test, a check every second. */
export class Nagios {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  /** `env` is all that Nagios, and through it the check, finds in its environment. */
  constructor(folder: string, hosts: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#env = env;
    const plugins = join(folder, 'plugins');
    mkdirSync(join(folder, 'results'), { recursive: true });
    mkdirSync(plugins);
    cpSync(join(root, 'packaging', 'nagios'), join(folder, 'objects'), { recursive: true });
    writeFileSync(join(folder, 'objects', 'cloudtrail-hosts.cfg'), hosts);
    writeFileSync(join(folder, 'objects', 'site.cfg'), site);
    writeFileSync(join(folder, 'resource.cfg'), `$USER1$=${plugins}\n`);
    writeFileSync(this.configuration, mainFile(folder));
    const wrapper = join(plugins, 'check_cloudtrail_with_keys');
    cpSync(join(root, 'packaging', 'check_cloudtrail_with_keys'), wrapper);
    // Notes the command lines that others can see while the check runs: its own, and that of whoever started it.
    writeFileSync(
      join(plugins, 'check_cloudtrail'),
      `#!/bin/sh
{ echo "$*"; tr '\\0' ' ' </proc/$PPID/cmdline; echo; } >>'${this.commandLines}'
exec '${process.execPath}' '${join(root, 'dist', 'check_cloudtrail.js')}' "$@"
`,
    );
    chmodSync(join(plugins, 'check_cloudtrail'), 0o755);
  }

  /** Its main configuration file. */
  get configuration(): string {
    return join(this.folder, 'nagios.cfg');
  }

  /** File with every command line that was visible to all users. */
  get commandLines(): string {
    return join(this.folder, 'command-lines');
  }

  /** What it said, with its log; for messages of failed tests. */
  get output(): string {
    const log = join(this.folder, 'nagios.log');
    return `${this.#output}\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`;
  }

  start(): void {
    const child = spawn('nagios4', [this.configuration], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  /** From status.dat, which Nagios writes anew every second. @throws Error when Nagios has ended */
  service(host: string, description: string): ServiceStatus {
    const child = this.#child;
    if (child && (child.exitCode !== null || child.signalCode !== null))
      throw new Error(`Nagios ended:\n${this.output}`);
    const file = join(this.folder, 'status.dat');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    for (const [, block = ''] of text.matchAll(/^servicestatus \{\n(.*?)^\t\}/gms)) {
      const fields = new Map(
        [...block.matchAll(/^\t(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
      );
      if (fields.get('host_name') !== host || fields.get('service_description') !== description) continue;
      return {
        state: fields.get('has_been_checked') === '1' ? Number(fields.get('current_state')) : undefined,
        output: fields.get('plugin_output') ?? '',
        performance: fields.get('performance_data') ?? '',
      };
    }
    return { state: undefined, output: '', performance: '' };
  }
}

/** Debian's values where they matter (what is stripped from macros), the folder's own files, and no waiting. */
function mainFile(folder: string): string {
  const user = process.getuid?.() === 0 ? 'nagios_user=root\nnagios_group=root\n' : '';
  return `cfg_dir=${folder}/objects
resource_file=${folder}/resource.cfg
log_file=${folder}/nagios.log
status_file=${folder}/status.dat
object_cache_file=${folder}/objects.cache
precached_object_file=${folder}/objects.precache
state_retention_file=${folder}/retention.dat
temp_file=${folder}/nagios.tmp
temp_path=${folder}
check_result_path=${folder}/results
lock_file=${folder}/nagios.pid
command_file=${folder}/nagios.cmd
query_socket=${folder}/nagios.qh
${user}enable_environment_macros=1
illegal_macro_output_chars=\`~$&|'"<>
allow_empty_hostgroup_assignment=0
check_workers=2
check_for_updates=0
use_syslog=0
status_update_interval=1
interval_length=1
service_inter_check_delay_method=n
`;
}

/** What every site has anyway: somebody to tell, and hours. */
const site = `define command {
    command_name notify-nobody
    command_line /bin/true
}
define timeperiod {
    timeperiod_name always
    alias           always
    sunday          00:00-24:00
}
define contact {
    contact_name                  nobody
    host_notification_commands    notify-nobody
    service_notification_commands notify-nobody
    host_notification_period      always
    service_notification_period   always
}
`;
