import { readQuery } from './query-text.ts';
import type { Service } from './service.ts';
import { header, mediaType, type WireRequest } from './wire-request.ts';

/**
 * Which service a request is for. Rules, in order; the first that says something decides:
 *
 * 1. the service in the credential scope: it is what the client signed. Signed for s3 goes to s3, whatever its path;
 * 2. `X-Amz-Target`, before its LAST dot (CloudTrail's clients send two prefixes, one with dots);
 * 3. `Action` and `Version` in the query, for GET requests of the query protocol;
 * 4. the first label of the host (`sns.eu-west-1.amazonaws.com`);
 * 5. a form's media type: some query service, whose name is in the body we do not read for strangers;
 * 6. S3: what else is a bare path.
 */
export class ServiceRouter {
  readonly #bySigningName = new Map<string, Service>();
  readonly #byVersion = new Map<string, Service>();
  readonly #services: readonly Service[];

  constructor(services: readonly Service[]) {
    this.#services = services;
    for (const service of services) {
      for (const name of service.signingNames) this.#bySigningName.set(name, service);
      if (service.apiVersion) this.#byVersion.set(service.apiVersion, service);
    }
  }

  /** `undefined`: no service of this house; `scope` names the one that the client signed for. */
  route(request: WireRequest, scope: string | undefined): Service | undefined {
    if (scope !== undefined) return this.#bySigningName.get(scope);
    return (
      this.#byTarget(request) ??
      this.#byQuery(request) ??
      this.#byHost(request) ??
      this.#byForm(request) ??
      this.#bySigningName.get('s3')
    );
  }

  #byTarget(request: WireRequest): Service | undefined {
    const target = splitTarget(header(request, 'x-amz-target'));
    if (!target) return undefined;
    return this.#services.find((service) => servesTarget(service, target.prefix));
  }

  #byQuery(request: WireRequest): Service | undefined {
    if (!/(^|&)Action=/.test(request.queryText)) return undefined;
    return this.#byVersion.get(readQuery(request.queryText)?.get('Version') ?? '');
  }

  #byHost(request: WireRequest): Service | undefined {
    const label = /^[a-z0-9-]+(?=\.)/.exec(header(request, 'host')?.toLowerCase() ?? '')?.[0];
    return label === undefined ? undefined : this.#bySigningName.get(label.replace(/-fips$/, ''));
  }

  #byForm(request: WireRequest): Service | undefined {
    if (request.method !== 'POST' || mediaType(request) !== 'application/x-www-form-urlencoded')
      return undefined;
    return this.#services.find((service) => service.protocol === 'awsQuery');
  }
}

/** Prefix and operation of `X-Amz-Target`, split at the last dot. */
export function splitTarget(target: string | undefined): { prefix: string; operation: string } | undefined {
  const dot = target?.lastIndexOf('.') ?? -1;
  if (target === undefined || dot <= 0) return undefined;
  return { prefix: target.slice(0, dot), operation: target.slice(dot + 1) };
}

/**
 * The prefix is the service's short one, or the long one that botocore sends
 * (`com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101`). AWS refuses any other.
 */
export function servesTarget(service: Service, prefix: string): boolean {
  return (service.targetPrefixes ?? []).some((own) => {
    if (prefix === own) return true;
    return prefix.startsWith('com.amazonaws.') && prefix.endsWith(`.${own}`);
  });
}
