import type { BucketReader } from '../../digest/verify/index.ts';
import { addressingStyle } from '../buckets/addressing-style.ts';
import type { Deadline } from '../deadline.ts';
import { HttpClient } from '../http/http-client.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Report } from '../output/report.ts';
import { type ApiAccess, ApiSource } from './api-source.ts';
import { assumeRole } from './assume-role.ts';
import { AwscliSource } from './awscli-source.ts';
import { type Environment, findCredentials, findProfile } from './credentials.ts';
import { awsEndpoint, givenBucketEndpoint, givenEndpoint, givenProxy } from './endpoint.ts';
import type { TrailSource } from './trail-source.ts';

/** What a connection needs. */
export interface SourceSettings {
  readonly options: OptionValues;
  readonly env: Environment;
  readonly deadline: Deadline;
  readonly report: Report;
  readonly now: () => number;
}

/**
 * Connections that are made when they are first needed, and closed together. What reads buckets is loaded only then: all
 * other checks start faster without it.
 */
export class Sources {
  readonly #settings: SourceSettings;
  readonly #clients = new Map<string, HttpClient>();
  #access: Promise<ApiAccess> | undefined;
  #cli: Promise<AwscliSource> | undefined;
  #source: Promise<TrailSource> | undefined;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
  }

  /** CloudTrail through the custom mode. @throws CheckFailure */
  trails(customMode: string): Promise<TrailSource> {
    this.#source ??= customMode === 'awscli' ? this.#openCli() : this.#openApi();
    return this.#source;
  }

  /** Buckets through the custom mode. @throws CheckFailure */
  async buckets(customMode: string): Promise<BucketReader> {
    if (customMode === 'awscli') {
      const cli = await this.#openCli();
      const { AwscliReader } = await import('../buckets/awscli-reader.ts');
      return new AwscliReader((...call) => cli.ask(...call));
    }
    const { options, env, now } = this.#settings;
    const style = addressingStyle(options.text('s3-addressing-style'));
    const endpoint = givenBucketEndpoint(options, env);
    const profile = options.text('s3-profile');
    const { region, credentials } = await this.#findAccess();
    const access = {
      ...{ endpoint, region, style },
      credentials: profile === undefined ? credentials : findProfile(profile, env),
    };
    const { S3Reader } = await import('../buckets/s3-reader.ts');
    return new S3Reader((url) => this.#clientFor(url), access, now);
  }

  /** One of the product's own paths at the endpoint. @throws CheckFailure */
  async own(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { options, env } = this.#settings;
    const base = givenEndpoint(options, env) ?? awsEndpoint('cloudtrail', options.text('region')!);
    const url = new URL(path, base);
    return await this.#clientFor(url).send('GET', url, {});
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #openCli(): Promise<AwscliSource> {
    const { options, env, deadline, report } = this.#settings;
    this.#cli ??= AwscliSource.open(options, env, deadline, report);
    return this.#cli;
  }

  async #openApi(): Promise<TrailSource> {
    const access = await this.#findAccess();
    return new ApiSource(this.#clientFor(access.endpoint), access, this.#settings.now);
  }

  #findAccess(): Promise<ApiAccess> {
    this.#access ??= this.#makeAccess();
    return this.#access;
  }

  async #makeAccess(): Promise<ApiAccess> {
    const { options, env, now } = this.#settings;
    const region = options.text('region')!;
    const endpoint = givenEndpoint(options, env) ?? awsEndpoint('cloudtrail', region);
    const credentials = findCredentials(options, env);
    const access = { endpoint, region, credentials };
    const role = options.text('aws-role-arn');
    if (role === undefined) return access;
    const sts = { ...access, endpoint: givenEndpoint(options, env, 'sts') ?? awsEndpoint('sts', region) };
    const assumed = await assumeRole(this.#clientFor(sts.endpoint), sts, role, now());
    return { ...access, credentials: assumed };
  }

  /** One for each host, whose connections stay open. */
  #clientFor(url: URL): HttpClient {
    const { options, env, deadline } = this.#settings;
    const known = this.#clients.get(url.origin);
    if (known) return known;
    const client = new HttpClient({
      deadline,
      proxy: givenProxy(options, env, url),
      insecure: options.has('skip-ssl-check'),
    });
    this.#clients.set(url.origin, client);
    return client;
  }
}
