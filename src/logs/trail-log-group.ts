import type { Authorizer, Caller, Identity } from '../identity/index.ts';
import {
  type LogGroupTarget,
  type TrailLogGroup,
  TrailLogGroupError,
  type TrailSource,
} from '../trails/index.ts';
import { type LogGroup, logGroupArn, readLogGroupArn } from './log-group.ts';
import type { Logs } from './logs.ts';
import { LogsError } from './logs-error.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';
/** As CloudTrail names its sessions of these roles. */
const SESSION = 'CLOUDWATCHLOGS_DELIVERY_SESSION';

/**
 * The built-in log groups as CloudTrail's service principal uses them. What is put in carries the time of its arrival,
 * as on AWS: a record may be older than a log group takes, and who follows the group must not miss it.
 */
export function createTrailLogGroup(options: {
  readonly logs: Logs;
  readonly identity: Authorizer & Pick<Identity, 'serviceSession'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): TrailLogGroup {
  const { logs, identity, now } = options;

  async function admit(
    actions: readonly string[],
    { logGroupArn: arn, roleArn, stream }: LogGroupTarget,
    source: TrailSource,
  ): Promise<LogGroup> {
    const context = { 'aws:SourceArn': source.trailArn, 'aws:SourceAccount': source.account };
    const caller: Caller | undefined = identity.serviceSession({
      service: CLOUDTRAIL,
      account: source.account,
      roleArn,
      sessionName: SESSION,
      context,
    });
    if (!caller) throw new TrailLogGroupError('RoleNotTrusted', `CloudTrail may not assume ${roleArn}`);
    const place = readLogGroupArn(arn);
    if (!place) throw new TrailLogGroupError('ResourceNotFoundException', `${arn} is no log group`);
    for (const action of actions) {
      const decision = await identity.authorize({
        caller,
        action,
        resource: `${logGroupArn(place)}:log-stream:${stream}`,
        resourceAccount: place.account,
        context,
      });
      if (!decision.allowed) throw new TrailLogGroupError('AccessDenied', decision.message);
    }
    const group = logs.groups.find(place, place.name);
    if (!group)
      throw new TrailLogGroupError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group;
  }

  /** Somebody may have made or deleted it meanwhile: both are fine. */
  async function makeStream(group: LogGroup, stream: string): Promise<void> {
    if (logs.streams.find(group, stream)) return;
    try {
      await logs.streams.create(group, stream, now());
    } catch (error) {
      if (!(error instanceof LogsError) || error.code !== 'ResourceAlreadyExistsException')
        throw inTrailWords(error);
    }
  }

  return {
    async prepare(target, source) {
      const group = await admit(['logs:CreateLogStream', 'logs:PutLogEvents'], target, source);
      await makeStream(group, target.stream);
    },

    async append(target, { trail, messages, numbers, next }, source) {
      const place = readLogGroupArn(target.logGroupArn);
      const known = place && logs.groups.find(place, place.name);
      const isThere = known !== undefined && logs.streams.find(known, target.stream) !== undefined;
      const actions = isThere ? ['logs:PutLogEvents'] : ['logs:CreateLogStream', 'logs:PutLogEvents'];
      const group = await admit(actions, target, source);
      await makeStream(group, target.stream);
      const time = now();
      const events = messages.map((message) => ({ time, message }));
      try {
        return await logs.append(group, group.name, target.stream, events, { source: trail, numbers, next });
      } catch (error) {
        throw inTrailWords(error);
      }
    },

    forget: (trail) => logs.forget(trail),
  };
}

function inTrailWords(error: unknown): unknown {
  if (!(error instanceof LogsError)) return error;
  const { code, message } = error;
  if (code !== 'ResourceNotFoundException' && code !== 'ServiceUnavailableException') return error;
  return new TrailLogGroupError(code, message, { cause: error });
}
