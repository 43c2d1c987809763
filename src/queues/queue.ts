/** Where a queue lives, and what it is called there. */
export interface QueueAddress {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** Where messages go that were received too often. */
export interface Redrive {
  readonly deadLetterTargetArn: string;
  /** A message that was received this often goes over instead of being received once more. */
  readonly maxReceiveCount: number;
}

/** What can be set of a queue. Times in seconds, sizes in bytes. */
export interface QueueSettings {
  readonly visibilityTimeout: number;
  readonly retention: number;
  readonly delay: number;
  readonly maximumMessageSize: number;
  /** How long a receive waits that does not say it. */
  readonly waitTime: number;
  /** JSON text as it was set; absent: only the account's own policies have a say. */
  readonly policy?: string;
  readonly redrive?: Redrive;
  /** JSON text: which queues may name this one as their dead-letter queue. */
  readonly redriveAllow?: string;
}

/** A queue as it is kept. */
export interface Queue extends QueueAddress, QueueSettings {
  /** Never reused: receipts of a deleted queue are none of its successor's. */
  readonly uid: number;
  /** The box that holds its messages; a purge gives it a new, empty one. */
  readonly box: number;
  /** Milliseconds since the epoch, as all `…At`. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt?: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** What CreateQueue gives a queue unless told otherwise. */
export const DEFAULT_SETTINGS: QueueSettings = {
  visibilityTimeout: 30,
  retention: 345_600,
  delay: 0,
  maximumMessageSize: 1_048_576,
  waitTime: 0,
};

/** A message attribute; binary values in base64. */
export interface MessageAttribute {
  /** `String`, `Number`, `Binary`, each with or without `.custom`. */
  readonly type: string;
  readonly value: string;
}

/** A message to be sent; the service has checked it against the queue's settings. */
export interface NewMessage {
  readonly body: string;
  readonly attributes?: ReadonlyMap<string, MessageAttribute>;
  /** Principal id of who sends. */
  readonly sender: string;
  /** Seconds; absent: the queue's own. */
  readonly delay?: number;
  /** `AWSTraceHeader`. */
  readonly trace?: string;
}

/** A message as a receiver gets it. */
export interface ReceivedMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: ReadonlyMap<string, MessageAttribute>;
  readonly sender: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
  readonly trace?: string;
  /** ARN of the queue from which it came over here. */
  readonly deadLetterSource?: string;
}

/** Messages of a queue by what they wait for. */
export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** The ARN of a queue. */
export function queueArn({ account, region, name }: QueueAddress): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}

/** Reads a queue's ARN; undefined for anything else. */
export function readQueueArn(arn: string): QueueAddress | undefined {
  const found = /^arn:aws[a-z-]{0,20}:sqs:([a-z0-9-]{1,40}):(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/.exec(arn);
  return found ? { region: found[1]!, account: found[2]!, name: found[3]! } : undefined;
}
