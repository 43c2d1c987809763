import type { Authorizer } from '../identity/index.ts';
import type { TrailTopic } from '../trails/index.ts';
import { defaultPolicy, TopicError } from './topic.ts';
import type { Topics } from './topics.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/**
 * The built-in topics as CloudTrail's service principal sees them: only the topic's policy can let it in. Throws
 * TopicError with code NotFound, AuthorizationError or Throttled.
 */
export function createTrailTopic(options: {
  readonly topics: Topics;
  readonly authorizer: Authorizer;
}): TrailTopic {
  const { topics, authorizer } = options;
  return {
    async publish(topicArn, message, source) {
      const topic = await topics.get(topicArn);
      const decision = await authorizer.authorize({
        caller: { kind: 'service', account: source.account, arn: CLOUDTRAIL, principalId: CLOUDTRAIL },
        action: 'SNS:Publish',
        resource: topicArn,
        resourceAccount: topic.account,
        resourcePolicy: topic.policy ?? defaultPolicy(topic),
        context: { 'aws:SourceArn': source.trailArn, 'aws:SourceAccount': source.account },
      });
      if (!decision.allowed) throw new TopicError('AuthorizationError', decision.message);
      await topics.publish(topicArn, { message });
    },
  };
}
