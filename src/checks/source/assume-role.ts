import { type Credentials, signRequest } from '../../signer/index.ts';
import { CheckFailure } from '../failure.ts';
import { firstLine } from '../http/connection-words.ts';
import type { HttpClient } from '../http/http-client.ts';
import { elementIn } from '../http/xml-element.ts';
import type { ApiAccess } from './api-source.ts';

/** The name that the session has in the trail: what monitoring of this kind has always used. */
const SESSION_NAME = 'centreon-plugins';

/**
 * Keys of a role, from STS's AssumeRole (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
 *
 * @throws CheckFailure with STS's message when it refuses
 */
export async function assumeRole(
  client: HttpClient,
  access: ApiAccess,
  role: string,
  now: number,
): Promise<Credentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: SESSION_NAME,
  }).toString();
  const headers = signRequest({
    method: 'POST',
    url: access.endpoint,
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    credentials: access.credentials,
    region: access.region,
    service: 'sts',
    now,
  });
  const answer = await client.send('POST', access.endpoint, headers, body);
  const element = (name: string) => elementIn(answer.text, name) ?? '';
  if (answer.status !== 200) {
    throw new CheckFailure(`error: ${firstLine(element('Message')) || `STS answers HTTP ${answer.status}`}`);
  }
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(
    element,
  ) as [string, string, string];
  if (!accessKeyId || !secretAccessKey) throw new CheckFailure('error: the answer of STS holds no keys');
  return { accessKeyId, secretAccessKey, sessionToken };
}
