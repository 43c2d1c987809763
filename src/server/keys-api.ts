import type { DigestKeyRecord, KeyRing } from '../digest/index.ts';
import type { OwnCall } from './access.ts';
import { HttpError } from './http-error.ts';
import type { Question } from './question.ts';

const REGION = /^[a-z]{2,}(?:-[a-z0-9]+){1,5}$/;

/** `POST /v1/admin/keys`: list the keys that sign digests, and rotate those of a Region, or of all that have one. */
export async function answerKeys(
  question: Question,
  own: OwnCall,
  house: { readonly accountId: string; readonly keys: KeyRing; readonly now: () => number },
): Promise<unknown> {
  const { accountId, keys, now } = house;
  const region = question.text('region');
  if (region !== undefined && !REGION.test(region)) {
    throw new HttpError(
      400,
      'InvalidRequest',
      `region must be a Region's name, found ${JSON.stringify(region)}`,
    );
  }
  switch (question.mustText('op')) {
    case 'list':
      return { keys: (await keys.list(region)).map((record) => keyLine(record, now())) };
    case 'rotate': {
      if (own.account !== accountId) {
        throw new HttpError(
          403,
          'AccessDenied',
          'the keys serve all accounts: only the main account may rotate them',
        );
      }
      const known = new Set((await keys.list(region)).map((record) => record.region));
      const made: DigestKeyRecord[] = [];
      for (const one of region === undefined ? known : [region]) made.push(await keys.rotate(one));
      return { keys: made.map((record) => keyLine(record, now())) };
    }
    default:
      throw new HttpError(400, 'InvalidRequest', 'op must be one of list, rotate');
  }
}

function keyLine(
  { region, fingerprint, value, validFrom, validTo, madeAt, retiredAt }: DigestKeyRecord,
  now: number,
) {
  const state = retiredAt !== undefined ? 'rotated' : validTo < now ? 'expired' : 'valid';
  return { region, fingerprint, value, validFrom, validTo, madeAt, state };
}

/** As ListPublicKeys answers it. */
export function publicKey({ fingerprint, value, validFrom, validTo }: DigestKeyRecord) {
  return {
    Value: Buffer.from(value, 'base64'),
    ValidityStartTime: new Date(validFrom),
    ValidityEndTime: new Date(validTo),
    Fingerprint: fingerprint,
  };
}
