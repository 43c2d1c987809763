import type * as sns from '@aws-sdk/client-sns';
import { type Handlers, ServiceError } from '../../aws/index.ts';
import type { Message, MessageAttribute, Topics } from '../../topics/index.ts';
import { inServiceWords, invalid, mustBeTopicArn, notBuilt } from './parameters.ts';

/** AWS's limit of a message with its attributes, and of a batch, in bytes. */
const MAX_BYTES = 262_144;
const MAX_SUBJECT = 100;
const MAX_ENTRIES = 10;

/** Publishing, one message or up to ten. */
export function publishOperations(topics: Topics): Handlers<typeof sns> {
  return {
    async Publish(input, call) {
      if (input.PhoneNumber) throw notBuilt('PhoneNumber');
      const arn = mustBeTopicArn(input.TopicArn ?? input.TargetArn, call.region);
      return { MessageId: await topics.publish(arn, readMessage(input)) };
    },

    async PublishBatch(input, call) {
      const arn = mustBeTopicArn(input.TopicArn, call.region);
      const entries = input.PublishBatchRequestEntries ?? [];
      checkBatch(entries);
      // A topic that is not there fails the call, not each entry.
      await topics.get(arn);
      const Successful: sns.PublishBatchResultEntry[] = [];
      const Failed: sns.BatchResultErrorEntry[] = [];
      for (const entry of entries) {
        try {
          const MessageId = await inServiceWords(() => topics.publish(arn, readMessage(entry)));
          Successful.push({ Id: entry.Id, MessageId });
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          const SenderFault = error.code !== 'Throttled';
          Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault });
        }
      }
      return { Successful, Failed };
    },
  };
}

type Input = Pick<
  sns.PublishInput,
  'Subject' | 'MessageStructure' | 'MessageAttributes' | 'MessageDeduplicationId'
> & {
  readonly Message: string | undefined;
};

/** @throws ServiceError InvalidParameter */
function readMessage(input: Input): Message {
  const { Message: message = '', Subject: subject, MessageStructure: structure } = input;
  if (message === '') throw invalid('Empty message');
  if (sizeOf(input) > MAX_BYTES) throw invalid('Message too long');
  // Printable ASCII that starts with no space: it becomes a header in AWS's e-mails.
  if (subject !== undefined && (subject.length > MAX_SUBJECT || !/^[\x21-\x7e][\x20-\x7e]*$/.test(subject))) {
    throw invalid('Subject');
  }
  if (input.MessageDeduplicationId) {
    throw invalid(
      'The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  const attributes = new Map(
    Object.entries(input.MessageAttributes ?? {}).map(([name, value]) => [name, readAttribute(name, value)]),
  );
  const shared = { ...(subject !== undefined && { subject }), ...(attributes.size > 0 && { attributes }) };
  if (!structure) return { message, ...shared };
  if (structure !== 'json') throw invalid('MessageStructure');
  const byProtocol = readStructure(message);
  return { message: byProtocol.get('default')!, byProtocol, ...shared };
}

function readStructure(text: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const texts = new Map(
    Object.entries(Object(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  if (!texts.has('default')) throw invalid('Message Structure - No default entry in JSON message body');
  return texts;
}

function readAttribute(name: string, value: sns.MessageAttributeValue): MessageAttribute {
  const type = value.DataType ?? '';
  if (!/^[\w.-]{1,256}$/.test(name))
    throw invalid(`Message attribute name ${JSON.stringify(name.slice(0, 80))}`);
  if (!/^(?:String|Number|Binary)(?:\.[\w.]+)?$/.test(type))
    throw invalid(`type of message attribute ${name}`);
  const text = type.startsWith('Binary')
    ? value.BinaryValue && Buffer.from(value.BinaryValue).toString('base64')
    : value.StringValue;
  if (!text) throw invalid(`message attribute ${name} must contain a non-empty value`);
  if (type.startsWith('Number') && !Number.isFinite(Number(text)))
    throw invalid(`message attribute ${name}: not a number`);
  return { type, value: text };
}

function checkBatch(entries: readonly sns.PublishBatchRequestEntry[]): void {
  const refuse = (code: string, message: string) => new ServiceError(code, message, { status: 400 });
  if (entries.length === 0)
    throw refuse('EmptyBatchRequest', "The batch request doesn't contain any entries");
  if (entries.length > MAX_ENTRIES) {
    throw refuse(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible (more than 10)',
    );
  }
  if (!entries.every(({ Id }) => /^[\w-]{1,80}$/.test(Id ?? ''))) {
    throw refuse(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification",
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw refuse('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id');
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MAX_BYTES) {
    throw refuse(
      'BatchRequestTooLong',
      'The length of all the batch messages put together is more than the limit',
    );
  }
}

function sizeOf(input: Pick<Input, 'Message' | 'MessageAttributes'>): number {
  let bytes = Buffer.byteLength(input.Message ?? '');
  for (const [name, value] of Object.entries(input.MessageAttributes ?? {})) {
    bytes +=
      Buffer.byteLength(name + (value.DataType ?? '') + (value.StringValue ?? '')) +
      (value.BinaryValue?.length ?? 0);
  }
  return bytes;
}
