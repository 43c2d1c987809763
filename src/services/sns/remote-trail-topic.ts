import { PublishCommand, type SNSClient, SNSServiceException } from '@aws-sdk/client-sns';
import type { TrailTopic } from '../../trails/index.ts';

/** A real SNS did not take a message; `code` is SNS's own, or the name of what kept it from answering. */
export class RemoteTopicError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RemoteTopicError';
    this.code = code;
  }
}

/**
 * Topics in a real SNS. That SNS knows no `cloudtrail.amazonaws.com`: the client's own credentials publish, and their
 * rights decide. `clientOf` gives the client for a Region; a topic is only known in its own.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function createRemoteTrailTopic(clientOf: (region: string) => SNSClient): TrailTopic {
  return {
    async publish(topicArn, message, source) {
      const region = topicArn.split(':')[3] || source.region;
      try {
        await clientOf(region).send(new PublishCommand({ TopicArn: topicArn, Message: message }));
      } catch (cause) {
        throw new RemoteTopicError(codeOf(cause), (cause as Error).message, { cause });
      }
    },
  };
}

/** SNS's wire code: the SDK's classes carry it with `Exception` behind it. */
function codeOf(error: unknown): string {
  const { name, code } = error as NodeJS.ErrnoException;
  if (error instanceof SNSServiceException) return name.replace(/Exception$/, '');
  return code ?? name;
}
