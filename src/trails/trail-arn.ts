import { TrailError } from './trail-error.ts';
import { checkTrailName } from './trail-name.ts';

/** Who asks, and where: the account and the Region of the call's credential scope. */
export interface TrailCall {
  readonly account: string;
  readonly region: string;
}

/** The parts of a trail's ARN. */
export interface TrailArn extends TrailCall {
  readonly name: string;
}

/** Partition of a Region: `aws`, `aws-cn`, `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** `arn:<partition>:cloudtrail:<home region>:<account>:trail/<name>`. */
export function formatTrailArn({ account, region, name }: TrailArn): string {
  return `arn:${partitionOf(region)}:cloudtrail:${region}:${account}:trail/${name}`;
}

/** Whether a name parameter holds an ARN; colons stand in no name. */
export function looksLikeArn(nameOrArn: string): boolean {
  return nameOrArn.startsWith('arn:');
}

/**
 * Reads a trail's ARN.
 * @throws TrailError CloudTrailARNInvalidException when it is none, InvalidTrailNameException for the name in it.
 */
export function parseTrailArn(text: string): TrailArn {
  const match = /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\d{12}):trail\/([^/]*)$/.exec(text);
  if (!match) {
    throw new TrailError(
      'CloudTrailARNInvalidException',
      `Invalid ARN: ${text.slice(0, 300)}. The format of a trail ARN is: arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail`,
    );
  }
  const [, region = '', account = '', name = ''] = match;
  checkTrailName(name);
  return { region, account, name };
}
