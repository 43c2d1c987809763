import { checkArnAccount, wrongRegion } from './locate.ts';
import type { Trail } from './trail.ts';
import { parseTrailArn, type TrailCall } from './trail-arn.ts';
import type { TrailBook } from './trail-book.ts';
import { TrailError, type TrailErrorCode } from './trail-error.ts';

/** What AWS answers for its other resources that can have tags, when there is none of that ARN. */
const UNKNOWN: ReadonlyMap<string, TrailErrorCode> = new Map<string, TrailErrorCode>([
  ['eventdatastore', 'EventDataStoreNotFoundException'],
  ['channel', 'ChannelNotFoundException'],
  ['dashboard', 'ResourceNotFoundException'],
]);

/**
 * Finds the trail that a tag operation names: by its whole ARN only. Reading a shadow trail's tags is refused as AWS
 * refuses it, by the ARN's Region; changing them, by the home Region.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html
 * @throws TrailError CloudTrailARNInvalidException, ResourceNotFoundException, ResourceTypeNotSupportedException,
 * InvalidHomeRegionException
 */
export function locateTagged(
  book: TrailBook,
  call: TrailCall,
  arn: string,
  purpose: 'read' | 'change',
): Trail {
  checkKind(arn, call);
  const { account, region, name } = parseTrailArn(arn);
  checkArnAccount(call, account);
  const trail = book.find(account, region, name);
  if (region !== call.region) {
    if (purpose === 'read' || !trail?.multiRegion) throw wrongRegion(call);
    throw new TrailError(
      'InvalidHomeRegionException',
      `Trail ${arn} can only be changed from its home Region ${region}; this request came to ${call.region}.`,
    );
  }
  if (!trail) throw new TrailError('ResourceNotFoundException', `Resource not found: ${arn}`);
  return trail;
}

function checkKind(arn: string, call: TrailCall): void {
  const match = /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\d{12}):([a-z-]+)\/[A-Za-z0-9._-]+$/.exec(arn);
  const [, region, account = '', kind = 'trail'] = match ?? [];
  if (!match || kind === 'trail') return;
  checkArnAccount(call, account);
  if (region !== call.region) throw wrongRegion(call);
  const code = UNKNOWN.get(kind);
  if (code) throw new TrailError(code, `Resource not found: ${arn}`);
  throw new TrailError('ResourceTypeNotSupportedException', `Resource type ${kind} cannot have tags: ${arn}`);
}
