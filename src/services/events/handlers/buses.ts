import type * as client from '@aws-sdk/client-eventbridge';
import {
  type Bus,
  type BusAddress,
  busArn,
  DEFAULT_BUS,
  EventBusError,
  MAX_BUSES,
} from '../../../event-bus/index.ts';
import type { EventsDependencies, EventsHandlers } from '../dependencies.ts';
import { invalid, notBuilt } from '../errors.ts';
import { busOf, checkBusName, checkText, pageOf } from '../names.ts';
import { withTags } from '../tag-rules.ts';

/** The default bus, and buses that somebody made. */
export function busHandlers({ bus: { book }, now }: EventsDependencies): EventsHandlers {
  return {
    async CreateEventBus(input, call) {
      const name = checkBusName(input.Name ?? '');
      const { EventSourceName, KmsKeyIdentifier, DeadLetterConfig, LogConfig, Description } = input;
      if (EventSourceName !== undefined) throw notBuilt('EventSourceName (a partner event bus)');
      if (KmsKeyIdentifier !== undefined) throw notBuilt('KmsKeyIdentifier');
      if (DeadLetterConfig?.Arn !== undefined) throw notBuilt('DeadLetterConfig of a bus');
      if (LogConfig !== undefined) throw notBuilt('LogConfig');
      if (name.includes('/')) throw invalid("Event bus name must not contain '/'.");
      if (Description !== undefined) checkText(Description, 'description', 512);
      const address = { account: call.account, region: call.region, bus: name };
      await book.changeBus(address, (known) => {
        if (known || name === DEFAULT_BUS)
          throw new EventBusError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
        // The default one counts too.
        if (book.listBuses(call).length + 1 >= MAX_BUSES)
          throw new EventBusError(
            'LimitExceededException',
            'The requested resource exceeds the maximum number allowed.',
          );
        return {
          ...address,
          ...(Description !== undefined && { description: Description }),
          tags: withTags([], input.Tags),
          createdAt: now(),
        };
      });
      return { EventBusArn: busArn(address), ...(Description !== undefined && { Description }) };
    },

    async DeleteEventBus({ Name }, call) {
      const address = busOf(Name, call);
      if (address.bus === DEFAULT_BUS) throw invalid('Cannot delete event bus default.');
      if (book.list(address).length > 0) throw invalid("Event bus can't be deleted since it has rules.");
      await book.changeBus(address, () => undefined);
      return {};
    },

    async DescribeEventBus({ Name }, call) {
      const address = busOf(Name, call);
      book.requireBus(address);
      return shown(address, book.findBus(address));
    },

    async ListEventBuses(input, call) {
      const { account, region } = call;
      const { NamePrefix: prefix = '' } = input;
      const all: readonly (readonly [BusAddress, Bus | undefined])[] = [
        [{ account, region, bus: DEFAULT_BUS }, undefined] as const,
        ...book.listBuses(call).map((bus) => [bus, bus] as const),
      ];
      const found = all
        .filter(([{ bus }]) => bus.startsWith(prefix))
        .sort(([a], [b]) => (a.bus < b.bus ? -1 : 1));
      const { page, NextToken } = pageOf(found, ([{ bus }]) => bus, input);
      return {
        EventBuses: page.map(([address, bus]) => shown(address, bus)),
        ...(NextToken && { NextToken }),
      };
    },
  };
}

function shown(address: BusAddress, bus: Bus | undefined): client.EventBus {
  const made = bus && new Date(bus.createdAt);
  return {
    Name: address.bus,
    Arn: busArn(address),
    ...(bus?.description !== undefined && { Description: bus.description }),
    ...(made && { CreationTime: made, LastModifiedTime: made }),
  };
}
