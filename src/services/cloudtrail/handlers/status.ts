import type { GetTrailStatusResponse } from '@aws-sdk/client-cloudtrail';
import { formatEventTime } from '../../../event/index.ts';
import type { DeliveryStatus, Trail } from '../../../trails/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';

/** Starting, stopping, and what became of it. */
export function statusHandlers({ trails, deliveryStatus }: CloudTrailDependencies) {
  return {
    StartLogging: async (input, call) => {
      await trails.startLogging(call, input.Name ?? '');
      return {};
    },

    StopLogging: async (input, call) => {
      await trails.stopLogging(call, input.Name ?? '');
      return {};
    },

    GetTrailStatus: async (input, call) => {
      const trail = trails.get(call, input.Name ?? '');
      return statusOf(trail, (await deliveryStatus(trail.uid)) ?? {});
    },
  } satisfies CloudTrailHandlers;
}

/**
 * A trail's status. The last six members are relics, texts that are always there and empty while there is nothing to
 * tell (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html); the others are
 * absent then.
 */
function statusOf(trail: Trail, delivery: DeliveryStatus): GetTrailStatusResponse {
  return {
    IsLogging: trail.isLogging,
    ...text('LatestDeliveryError', delivery.latestDeliveryError),
    ...text('LatestNotificationError', delivery.latestNotificationError),
    ...time('LatestDeliveryTime', delivery.latestDeliveryTime),
    ...time('LatestNotificationTime', delivery.latestNotificationTime),
    ...time('StartLoggingTime', trail.startLoggingTime),
    ...time('StopLoggingTime', trail.stopLoggingTime),
    ...text('LatestCloudWatchLogsDeliveryError', delivery.latestCloudWatchLogsDeliveryError),
    ...time('LatestCloudWatchLogsDeliveryTime', delivery.latestCloudWatchLogsDeliveryTime),
    ...time('LatestDigestDeliveryTime', delivery.latestDigestDeliveryTime),
    ...text('LatestDigestDeliveryError', delivery.latestDigestDeliveryError),
    LatestDeliveryAttemptTime: isoSeconds(delivery.latestDeliveryAttemptTime),
    LatestNotificationAttemptTime: isoSeconds(delivery.latestNotificationAttemptTime),
    LatestNotificationAttemptSucceeded: isoSeconds(delivery.latestNotificationTime),
    LatestDeliveryAttemptSucceeded: isoSeconds(delivery.latestDeliveryTime),
    TimeLoggingStarted: isoSeconds(trail.startLoggingTime),
    TimeLoggingStopped: isoSeconds(trail.stopLoggingTime),
  };
}

function isoSeconds(ms: number | undefined): string {
  return ms === undefined ? '' : formatEventTime(ms);
}

function time<K extends string>(member: K, ms: number | undefined): { [P in K]?: Date } {
  return ms === undefined ? {} : ({ [member]: new Date(ms) } as { [P in K]: Date });
}

function text<K extends string>(member: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [member]: value } as { [P in K]: string });
}
