import { partitionOf, type TrailCall } from '../trail-arn.ts';
import { TrailError } from '../trail-error.ts';

const NAME = /^[A-Za-z0-9_-]{1,256}$/;
const ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;

/**
 * The ARN of a topic that is given by name (then of the trail's account and home Region) or by ARN. FIFO topics are
 * refused by their `.fifo`, which no allowed name contains.
 * @throws TrailError InvalidSnsTopicNameException
 */
export function topicArnOf(nameOrArn: string, home: TrailCall): string {
  if (nameOrArn.length <= 256) {
    if (ARN.test(nameOrArn)) return nameOrArn;
    if (NAME.test(nameOrArn)) {
      return `arn:${partitionOf(home.region)}:sns:${home.region}:${home.account}:${nameOrArn}`;
    }
  }
  throw new TrailError(
    'InvalidSnsTopicNameException',
    `SNS topic name is not valid: ${nameOrArn.slice(0, 300)}`,
  );
}
