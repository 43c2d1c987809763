import { readQueueArn } from './protocol.ts';
import { TopicError } from './topic.ts';

/**
 * The queue that gets what could not be delivered, of `{"deadLetterTargetArn":"arn:aws:sqs:…"}`.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html
 * @throws TopicError InvalidParameter
 */
export function readRedrivePolicy(text: string): string | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw refused('failed to parse JSON');
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    throw refused('must be a JSON object');
  const { deadLetterTargetArn: arn, ...more } = policy as Record<string, unknown>;
  if (Object.keys(more).length > 0) throw refused('deadLetterTargetArn is the only member');
  // An empty policy takes the queue away.
  if (arn === undefined) return undefined;
  const queue = typeof arn === 'string' ? readQueueArn(arn) : undefined;
  if (!queue) throw refused('deadLetterTargetArn is an invalid arn');
  if (queue.name.endsWith('.fifo')) throw refused('must use a standard queue as DLQ for a standard topic');
  return arn as string;
}

function refused(why: string): TopicError {
  return new TopicError('InvalidParameter', `Invalid parameter: RedrivePolicy: ${why}`);
}
