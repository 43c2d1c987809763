import { CheckFailure } from '../failure.ts';
import type { OptionValues } from '../options/option-values.ts';
import type { Environment } from './credentials.ts';

/** The address that the options or the environment name, or nothing: then it is AWS itself. @throws CheckFailure */
export function givenEndpoint(
  options: OptionValues,
  env: Environment,
  service = 'cloudtrail',
): URL | undefined {
  const text =
    options.text('endpoint-url') ??
    options.text('endpoint') ??
    (env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env.AWS_ENDPOINT_URL);
  if (!text) return undefined;
  const url = readUrl(text);
  if (!url) throw new CheckFailure(`error: the endpoint '${text}' is not a URL`);
  return url;
}

/**
 * The address of an S3 that is not AWS's, or nothing. One that is given for S3 goes first; a server such as opentrail
 * answers for both services, while an address of AWS's CloudTrail, say in a VPC, says nothing of S3. @throws CheckFailure
 */
export function givenBucketEndpoint(options: OptionValues, env: Environment): URL | undefined {
  const own = options.text('s3-endpoint-url') ?? (env.AWS_ENDPOINT_URL_S3 || undefined);
  if (own === undefined) {
    const shared = givenEndpoint(options, env);
    return shared && isAwsAddress(shared.href) ? undefined : shared;
  }
  const url = readUrl(own);
  if (!url) throw new CheckFailure(`error: the endpoint '${own}' is not a URL`);
  return url;
}

/** Whether a URL leads to AWS itself. */
export function isAwsAddress(url: string): boolean {
  return URL.canParse(url) && /\.amazonaws\.com(\.cn)?$/.test(new URL(url).hostname);
}

/** AWS's own address of a service in a Region. */
export function awsEndpoint(service: string, region: string): URL {
  if (!/^[a-z0-9-]+$/.test(region)) throw new CheckFailure(`error: '${region}' is not the name of a Region`);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://${service}.${region}.${domain}/`);
}

/** The proxy that the options or the environment name. @throws CheckFailure */
export function givenProxy(options: OptionValues, env: Environment, target: URL): URL | undefined {
  const own = options.text('proxyurl');
  const variables =
    target.protocol === 'https:' ? [env.HTTPS_PROXY, env.https_proxy] : [env.HTTP_PROXY, env.http_proxy];
  const excepted = (env.NO_PROXY || env.no_proxy || '')
    .split(',')
    .map((host) => host.trim().replace(/^\*?\./, ''))
    .filter((host) => host !== '');
  const except = excepted.some(
    (host) => host === '*' || target.hostname === host || target.hostname.endsWith(`.${host}`),
  );
  const text = own ?? (except ? undefined : variables.find((value) => value));
  if (!text) return undefined;
  const url = readUrl(text.includes('://') ? text : `http://${text}`);
  if (!url) throw new CheckFailure('error: the proxy is not given as a URL');
  return url;
}

function readUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}
