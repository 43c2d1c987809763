import { checkCounter, hasMembers, type TellDisagreement, wholeRows } from '../lmdb/index.ts';
import { type Queue, queueArn } from './queue.ts';
import { sizeOf } from './store/boxes.ts';
import { type BoxSize, openQueuesEnvironment, type QueuesEnvironment } from './store/environment.ts';

/** What a check of the queues tells other checks. */
export interface InspectedQueues {
  readonly queues: readonly Queue[];
  readonly messages: number;
}

/** Goes through the queues kept in `path`, which no server uses. Changes nothing. */
export async function inspectQueues(path: string, tell: TellDisagreement): Promise<InspectedQueues> {
  const env = openQueuesEnvironment(path);
  try {
    const queues = [...wholeRows('queues', env.queues, isQueue, tell)].map(({ value }) => value);
    const owners = new Map<number, string>();
    for (const queue of queues) {
      const other = owners.get(queue.box);
      if (other !== undefined) tell('owner', `the messages of ${queueArn(queue)} are those of ${other} too`);
      owners.set(queue.box, queueArn(queue));
    }
    // Emptied bit by bit after their queue was deleted or purged.
    const garbage = [...env.garbage.getKeys({})];
    const messages = checkMessages(env, { owners, garbage: new Set(garbage) }, tell);
    const used = [...garbage, ...queues.flatMap(({ uid, box }) => [uid, box])];
    checkCounter('uid', env.root.get('uid'), used, tell);
    return { queues, messages };
  } finally {
    await env.root.close();
  }
}

const isQueue = (value: unknown) =>
  hasMembers(value, { uid: 'number', box: 'number', account: 'string', region: 'string', name: 'string' });

function checkMessages(
  env: QueuesEnvironment,
  boxes: { readonly owners: ReadonlyMap<number, string>; readonly garbage: ReadonlySet<number> },
  tell: TellDisagreement,
): number {
  const { owners, garbage } = boxes;
  const sums = new Map<number, BoxSize>();
  let count = 0;
  let highest = 0;
  const isMessage = (value: unknown) => hasMembers(value, { id: 'string', body: 'string', sentAt: 'number' });
  for (const { key, value } of wholeRows('messages', env.messages, isMessage, tell)) {
    const [box, seq] = key;
    const sum = sums.get(box) ?? { bytes: 0, messages: 0 };
    sums.set(box, { bytes: sum.bytes + sizeOf(value), messages: sum.messages + 1 });
    count++;
    highest = Math.max(highest, seq);
    const dueAt = dueAtOf(env, key);
    if (dueAt === undefined || !env.due.doesExist([box, dueAt, seq]))
      tell('index', `nobody can receive the message ${value.id} of ${owners.get(box) ?? `box ${box}`}`);
  }
  checkCounter('message', env.root.get('message'), [highest], tell);
  for (const [name, table] of [['states', env.states] as const, ['due', env.due] as const]) {
    const rows = table.getKeysCount();
    if (rows > count)
      tell('index', `${rows - count} rows of the table ${name} are of messages that do not exist`);
  }
  let bytes = 0;
  for (const [box, sum] of sums) {
    bytes += sum.bytes;
    const owner = owners.get(box);
    if (owner === undefined && !garbage.has(box))
      tell('owner', `${sum.messages} messages are of a queue that does not exist (box ${box})`);
    const size = env.sizes.get(box) ?? { bytes: 0, messages: 0 };
    if (size.bytes !== sum.bytes || size.messages !== sum.messages)
      tell(
        'sum',
        `${owner ?? `box ${box}`} is said to hold ${size.messages} messages (${size.bytes} bytes), and holds ${sum.messages} (${sum.bytes} bytes)`,
      );
  }
  const kept = env.root.get('bytes') ?? 0;
  if (kept !== bytes) tell('sum', `all queues are said to hold ${kept} bytes, and hold ${bytes}`);
  return count;
}

function dueAtOf({ states }: QueuesEnvironment, key: [box: number, seq: number]): number | undefined {
  try {
    return states.get(key)?.dueAt;
  } catch {
    return undefined;
  }
}
