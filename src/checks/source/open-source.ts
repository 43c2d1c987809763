import type { Deadline } from '../deadline.ts';
import { HttpClient } from '../http/http-client.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Report } from '../output/report.ts';
import { ApiSource } from './api-source.ts';
import { assumeRole } from './assume-role.ts';
import { AwscliSource } from './awscli-source.ts';
import { type Environment, findCredentials } from './credentials.ts';
import { awsEndpoint, givenEndpoint, givenProxy } from './endpoint.ts';
import type { TrailSource } from './trail-source.ts';

/** What a connection needs. */
export interface SourceSettings {
  readonly options: OptionValues;
  readonly env: Environment;
  readonly deadline: Deadline;
  readonly report: Report;
  readonly now: () => number;
}

/** Connections that are made when they are first needed, and closed together. */
export class Sources {
  readonly #settings: SourceSettings;
  readonly #clients: HttpClient[] = [];
  #source: Promise<TrailSource> | undefined;

  constructor(settings: SourceSettings) {
    this.#settings = settings;
  }

  /** CloudTrail through the custom mode. @throws CheckFailure */
  trails(customMode: string): Promise<TrailSource> {
    const { options, env, deadline, report } = this.#settings;
    this.#source ??=
      customMode === 'awscli' ? AwscliSource.open(options, env, deadline, report) : this.#openApi();
    return this.#source;
  }

  /** One of the product's own paths at the endpoint. @throws CheckFailure */
  async own(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { options, env } = this.#settings;
    const base = givenEndpoint(options, env) ?? awsEndpoint('cloudtrail', options.text('region')!);
    const url = new URL(path, base);
    return await this.#clientFor(url).send('GET', url, {});
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #openApi(): Promise<TrailSource> {
    const { options, env, now } = this.#settings;
    const region = options.text('region')!;
    const endpoint = givenEndpoint(options, env) ?? awsEndpoint('cloudtrail', region);
    const credentials = findCredentials(options, env);
    const access = { endpoint, region, credentials };
    const role = options.text('aws-role-arn');
    if (role === undefined) return new ApiSource(this.#clientFor(endpoint), access, now);
    const sts = { ...access, endpoint: givenEndpoint(options, env, 'sts') ?? awsEndpoint('sts', region) };
    const assumed = await assumeRole(this.#clientFor(sts.endpoint), sts, role, now());
    return new ApiSource(this.#clientFor(endpoint), { ...access, credentials: assumed }, now);
  }

  #clientFor(url: URL): HttpClient {
    const { options, env, deadline } = this.#settings;
    const client = new HttpClient({
      deadline,
      proxy: givenProxy(options, env, url),
      insecure: options.has('skip-ssl-check'),
    });
    this.#clients.push(client);
    return client;
  }
}
