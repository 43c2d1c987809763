import type { PublicKey } from '../../digest/verify/index.ts';
import type { Deadline } from '../deadline.ts';
import { CheckFailure } from '../failure.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Report } from '../output/report.ts';
import { commandWords } from './command-words.ts';
import type { Environment } from './credentials.ts';
import { isAwsAddress } from './endpoint.ts';
import { readEventPage, readPublicKeyPage, readTrailStatus, readTrails } from './read-answer.ts';
import { runCommand } from './run-command.ts';
import type { TrailDescription, TrailSource, TrailStatus, Window } from './trail-source.ts';

/** The AWS CLI, run once for each question; it reads all pages by itself. */
export class AwscliSource implements TrailSource {
  readonly #options: OptionValues;
  readonly #deadline: Deadline;
  readonly #report: Report;
  #env: Environment;

  private constructor(options: OptionValues, env: Environment, deadline: Deadline, report: Report) {
    this.#options = options;
    this.#env = env;
    this.#deadline = deadline;
    this.#report = report;
  }

  /** Assumes the role of the options, if there is one. @throws CheckFailure */
  static async open(
    options: OptionValues,
    env: Environment,
    deadline: Deadline,
    report: Report,
  ): Promise<AwscliSource> {
    const source = new AwscliSource(options, withKeys(options, env), deadline, report);
    const role = options.text('aws-role-arn');
    if (role !== undefined) await source.#assumeRole(role);
    return source;
  }

  async trailStatus(name: string): Promise<TrailStatus> {
    return readTrailStatus(await this.ask('cloudtrail', 'get-trail-status', ['--name', name]));
  }

  async trails(): Promise<readonly TrailDescription[]> {
    return readTrails(await this.ask('cloudtrail', 'describe-trails', ['--no-include-shadow-trails']));
  }

  async trail(nameOrArn: string): Promise<TrailDescription | undefined> {
    return readTrails(await this.ask('cloudtrail', 'describe-trails', ['--trail-name-list', nameOrArn]))[0];
  }

  async publicKeys({ start, end }: Window): Promise<readonly PublicKey[]> {
    const times = ['--start-time', String(start), '--end-time', String(end)];
    return readPublicKeyPage(await this.ask('cloudtrail', 'list-public-keys', times)).keys;
  }

  async *events(window: Window | undefined): AsyncIterable<readonly string[]> {
    const times =
      window === undefined ? [] : ['--start-time', String(window.start), '--end-time', String(window.end)];
    yield readEventPage(await this.ask('cloudtrail', 'lookup-events', times)).events;
  }

  /**
   * Runs `aws SERVICE OPERATION …` and reads the JSON that it prints; nothing printed is no answer at all.
   *
   * @throws CheckFailure with what the command says
   */
  async ask(service: string, operation: string, words: readonly string[]): Promise<unknown> {
    const options = this.#options;
    const endpoint = endpointFor(service, options, this.#env);
    const profile = service === 's3api' ? options.text('s3-profile') : undefined;
    const args = options.text('command-options')
      ? commandWords(options.text('command-options')!)
      : [
          service,
          operation,
          '--region',
          options.text('region')!,
          '--output',
          'json',
          ...words,
          ...(endpoint === undefined ? [] : ['--endpoint-url', endpoint]),
          ...(profile === undefined ? [] : ['--profile', profile]),
          ...(options.has('skip-ssl-check') ? ['--no-verify-ssl'] : []),
        ];
    const [program = 'aws', ...first] = commandWords(options.text('command') ?? 'aws');
    const path = options.text('command-path');
    const command = [path === undefined ? program : `${path}/${program}`, ...first, ...args];
    const sudo = options.has('sudo') ? ['sudo'] : [];
    this.#report.debug(`Command line: '${[program, ...first, ...args].join(' ')}'`);
    this.#report.debug(`execute command: ${[...sudo, ...command].join(' ')}`);
    const outcome = await runCommand([...sudo, ...command], this.#env, this.#deadline);
    const warnings = options.has('skip-ssl-check') ? '' : outcome.stderr;
    if (outcome.status !== 0) {
      const text = (outcome.stdout + (warnings || outcome.stderr)).replace(/\n$/, '').replaceAll('\n', ' - ');
      throw new CheckFailure(`Command error: ${text || `'${program}' ended with ${outcome.status}`}`);
    }
    if (outcome.stdout.trim() === '') return {};
    try {
      return JSON.parse(outcome.stdout);
    } catch {
      this.#report.debug(outcome.stdout);
      throw new CheckFailure('Cannot decode response (add --debug option to display returned content)');
    }
  }

  async #assumeRole(role: string): Promise<void> {
    const answer = await this.ask('sts', 'assume-role', [
      '--role-arn',
      role,
      '--role-session-name',
      'centreon-plugins',
    ]);
    const keys = (answer as { Credentials?: Readonly<Record<string, string>> } | undefined)?.Credentials;
    if (!keys) throw new CheckFailure('error: the answer of STS holds no keys');
    const { AWS_PROFILE: _profile, ...env } = this.#env;
    this.#env = {
      ...env,
      AWS_ACCESS_KEY_ID: keys.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
      AWS_SESSION_TOKEN: keys.SessionToken,
    };
  }
}

/** S3 may have an endpoint of its own; one of the environment the CLI finds by itself. See `givenBucketEndpoint`. */
function endpointFor(service: string, options: OptionValues, env: Environment): string | undefined {
  const shared = options.text('endpoint-url') ?? options.text('endpoint');
  if (service !== 's3api') return shared;
  const own = options.text('s3-endpoint-url');
  if (own !== undefined || env.AWS_ENDPOINT_URL_S3) return own;
  return shared !== undefined && isAwsAddress(shared) ? undefined : shared;
}

/** Secrets go to the CLI in its environment, where other users of the machine cannot read them. */
function withKeys(options: OptionValues, env: Environment): Environment {
  const given = new Map([
    ['AWS_SECRET_ACCESS_KEY', options.text('aws-secret-key')],
    ['AWS_ACCESS_KEY_ID', options.text('aws-access-key')],
    ['AWS_SESSION_TOKEN', options.text('aws-session-token')],
    ['AWS_PROFILE', options.text('aws-profile')],
    ['HTTP_PROXY', options.text('proxyurl')],
    ['HTTPS_PROXY', options.text('proxyurl')],
  ]);
  const pairs = [...given].filter(([, value]) => value !== undefined);
  return { AWS_PAGER: '', ...env, ...Object.fromEntries(pairs) };
}
