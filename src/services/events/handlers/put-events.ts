import { randomUUID } from 'node:crypto';
import type * as client from '@aws-sdk/client-eventbridge';
import type { CallContext } from '../../../aws/index.ts';
import {
  type BusAddress,
  type BusEvent,
  compileRulePattern,
  DEFAULT_BUS,
  eventTimeText,
} from '../../../event-bus/index.ts';
import type { EventsDependencies, EventsHandlers } from '../dependencies.ts';
import { invalid, notBuilt, unfit } from '../errors.ts';
import { busOf } from '../names.ts';

const MAX_ENTRIES = 10;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MAX_ENTRIES_BYTES = 256 * 1024;

/** Members that TestEventPattern wants of an event. */
const MANDATORY: readonly string[] = [
  'id',
  'account',
  'source',
  'time',
  'region',
  'resources',
  'detail-type',
];

/** An entry that was looked at; without `to` nothing is put. */
interface Prepared {
  readonly result: client.PutEventsResultEntry;
  readonly to?: { readonly address: BusAddress; readonly event: BusEvent };
}

/** Events of applications, and trying a pattern out. */
export function eventHandlers({ bus, now }: EventsDependencies): EventsHandlers {
  /** What is answered for an entry, and the event that it becomes, if any. */
  function prepare(entry: client.PutEventsRequestEntry, call: CallContext): Prepared {
    const refusal = entryRefusal(entry);
    if (refusal) return { result: refusal };
    const address = busOf(entry.EventBusName || undefined, call);
    const id = randomUUID();
    // AWS takes events for a bus that is not there, and lets them go.
    if (address.bus !== DEFAULT_BUS && !bus.book.findBus(address)) return { result: { EventId: id } };
    const event: BusEvent = {
      id,
      detailType: entry.DetailType!,
      source: entry.Source!,
      account: address.account,
      region: address.region,
      time: eventTimeText(entry.Time?.getTime() ?? now()),
      resources: entry.Resources ?? [],
      detailText: entry.Detail!,
      detail: JSON.parse(entry.Detail!) as unknown,
    };
    return { result: { EventId: id }, to: { address, event } };
  }

  return {
    async PutEvents({ Entries: entries = [], EndpointId }, call) {
      if (EndpointId !== undefined) throw notBuilt('EndpointId');
      if (entries.length === 0)
        throw unfit('[]', 'entries', 'Member must have length greater than or equal to 1');
      if (entries.length > MAX_ENTRIES)
        throw unfit(
          '[PutEventsRequestEntry]',
          'entries',
          `Member must have length less than or equal to ${MAX_ENTRIES}`,
        );
      if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MAX_ENTRIES_BYTES)
        throw invalid('Total size of the entries in the request is over the limit.');
      const prepared = entries.map((entry) => prepare(entry, call));
      const byBus = new Map<string, { readonly address: BusAddress; readonly events: BusEvent[] }>();
      for (const { to } of prepared) {
        if (!to) continue;
        const known = byBus.get(to.address.bus);
        if (known) known.events.push(to.event);
        else byBus.set(to.address.bus, { address: to.address, events: [to.event] });
      }
      for (const { address, events } of byBus.values()) await bus.put(address, events);
      const results = prepared.map(({ result }) => result);
      return {
        FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
        Entries: results,
      };
    },

    async TestEventPattern({ EventPattern: pattern = '', Event: text = '' }) {
      const compiled = compileRulePattern(pattern);
      const event = jsonObject(text);
      if (!event || MANDATORY.some((name) => !Object.hasOwn(event, name)))
        throw invalid(
          `Parameter Event is not valid. Reason: it must be a JSON object with ${MANDATORY.join(', ')}.`,
        );
      return { Result: compiled.matches(event) };
    },
  };
}

/** Of an entry, as AWS counts it. */
function sizeOf({ Time, Source, DetailType, Detail, Resources }: client.PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...(Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), Time === undefined ? 0 : 14);
}

function entryRefusal(entry: client.PutEventsRequestEntry): client.PutEventsResultEntry | undefined {
  const { Source, DetailType, Detail } = entry;
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)?.[0];
  if (missing)
    return refused(
      'InvalidArgument',
      `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    );
  if (Source!.startsWith('aws.'))
    return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  return jsonObject(Detail!) ? undefined : refused('MalformedDetail', 'Detail is malformed.');
}

function refused(ErrorCode: string, ErrorMessage: string): client.PutEventsResultEntry {
  return { ErrorCode, ErrorMessage };
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
