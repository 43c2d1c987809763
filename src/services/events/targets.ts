import type * as client from '@aws-sdk/client-eventbridge';
import { compileInput, type Target } from '../../event-bus/index.ts';
import type { EventsDependencies } from './dependencies.ts';
import { badParameter, invalid, notBuilt, unfit } from './errors.ts';
import { checkName, checkText } from './names.ts';

const ARN = /^arn:aws[a-z-]{0,20}:([a-z0-9-]{1,40}):([a-z0-9-]{0,40}):(\d{0,12}):(.{1,1024})$/;

/** Members of a target that mean nothing to what we deliver to. */
const OTHERS: readonly (keyof client.Target)[] = [
  'KinesisParameters',
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
];

/** A target of PutTargets as it is kept. @throws ServiceError, EventBusError ValidationException */
export function targetOf(given: client.Target, dependencies: EventsDependencies): Target {
  const { Id = '', Arn = '', RoleArn, Input, InputPath, InputTransformer: transformer } = given;
  checkName(Id, 'targets.member.id');
  checkTargetArn(checkText(Arn, 'targets.member.arn', 1_600, 1), dependencies);
  for (const member of OTHERS) if (given[member] !== undefined) throw notBuilt(`${member} of a target`);
  if (Input !== undefined) checkText(Input, 'targets.member.input', 8_192);
  if (InputPath !== undefined) checkText(InputPath, 'targets.member.inputPath', 256);
  const template =
    transformer && checkText(transformer.InputTemplate ?? '', 'targets.member.inputTransformer', 8_192, 1);
  if (Object.keys(transformer?.InputPathsMap ?? {}).length > 100)
    throw unfit('InputPathsMap', 'targets.member.inputTransformer', 'Map must have at most 100 entries');
  if (Object.keys(transformer?.InputPathsMap ?? {}).some((name) => /^aws/i.test(name)))
    throw invalid('InputPathsMap keys must not begin with AWS.');
  const target: Target = {
    Id,
    Arn,
    ...(RoleArn !== undefined && { RoleArn: checkText(RoleArn, 'targets.member.roleArn', 1_600, 1) }),
    ...(Input !== undefined && { Input }),
    ...(InputPath !== undefined && { InputPath }),
    ...(template !== undefined && {
      InputTransformer: {
        InputTemplate: template,
        ...(transformer?.InputPathsMap && { InputPathsMap: { ...transformer.InputPathsMap } }),
      },
    }),
    ...groupOf(given),
    ...deadLetterOf(given),
    ...retryOf(given),
  };
  compileInput(target);
  return target;
}

function checkTargetArn(arn: string, { hasWebhook }: EventsDependencies): void {
  const [, service, , account, resource = ''] = ARN.exec(arn) ?? [];
  if (service === undefined || account?.length !== 12)
    throw badParameter(arn, 'Provided Arn is not in correct format.');
  if (service === 'sns' || service === 'sqs') return;
  if (service === 'logs') {
    if (/^log-group:\/aws\/events\/[.\-_/#A-Za-z0-9]{1,500}(?::\*)?$/.test(resource)) return;
    throw badParameter(arn, 'A log group that is a target must have a name that begins with /aws/events/.');
  }
  const webhook =
    service === 'events' && /^api-destination\/([\w.-]{1,64})(?:\/[\w-]{1,64})?$/.exec(resource)?.[1];
  if (!webhook)
    throw badParameter(
      arn,
      'opentrail delivers to SNS topics, SQS queues, log groups and webhooks (api-destination/NAME).',
    );
  if (!hasWebhook(webhook)) throw badParameter(arn, 'No webhook of that name is listed in the settings.');
}

function groupOf({ Id, Arn = '', SqsParameters: sqs }: client.Target): Pick<Target, 'SqsParameters'> {
  const isFifo = Arn.includes(':sqs:') && Arn.endsWith('.fifo');
  if (isFifo && !sqs?.MessageGroupId)
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  return sqs?.MessageGroupId === undefined ? {} : { SqsParameters: { MessageGroupId: sqs.MessageGroupId } };
}

function deadLetterOf({ DeadLetterConfig: config }: client.Target): Pick<Target, 'DeadLetterConfig'> {
  if (config?.Arn === undefined) return {};
  if (ARN.exec(config.Arn)?.[1] !== 'sqs' || config.Arn.endsWith('.fifo'))
    throw badParameter(config.Arn, 'A dead-letter queue must be a standard SQS queue.');
  return { DeadLetterConfig: { Arn: config.Arn } };
}

function retryOf({ RetryPolicy: policy }: client.Target): Pick<Target, 'RetryPolicy'> {
  if (!policy) return {};
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = policy;
  checkRange(retries, 'retryPolicy.maximumRetryAttempts', 0, 185);
  checkRange(age, 'retryPolicy.maximumEventAgeInSeconds', 60, 86_400);
  return {
    RetryPolicy: {
      ...(retries !== undefined && { MaximumRetryAttempts: retries }),
      ...(age !== undefined && { MaximumEventAgeInSeconds: age }),
    },
  };
}

function checkRange(value: number | undefined, member: string, least: number, most: number): void {
  if (value === undefined) return;
  if (value < least) throw unfit(value, member, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw unfit(value, member, `Member must have value less than or equal to ${most}`);
}
