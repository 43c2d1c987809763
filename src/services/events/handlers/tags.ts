import type { CallContext } from '../../../aws/index.ts';
import {
  type BusTag,
  DEFAULT_BUS,
  EventBusError,
  readBusArn,
  readRuleArn,
} from '../../../event-bus/index.ts';
import type { EventsDependencies, EventsHandlers } from '../dependencies.ts';
import { badParameter } from '../errors.ts';
import { withTags } from '../tag-rules.ts';

/** Tags of rules, and of buses that somebody made. */
export function tagHandlers({ bus: { book } }: EventsDependencies): EventsHandlers {
  function locate(arn: string, call: CallContext) {
    const rule = readRuleArn(arn);
    const bus = readBusArn(arn);
    const place = rule ?? bus;
    if (!place || place.account !== call.account || place.region !== call.region)
      throw badParameter(
        'ResourceARN',
        'Provided Arn is not a rule or event bus of this account and Region.',
      );
    return { rule, bus };
  }

  async function change(
    arn: string,
    call: CallContext,
    next: (tags: readonly BusTag[]) => readonly BusTag[],
  ): Promise<void> {
    const { rule, bus } = locate(arn, call);
    if (rule) {
      book.get(rule, rule.name);
      await book.change(rule, rule.name, (known) => known && { ...known, tags: next(known.tags) });
    } else if (bus) {
      await book.changeBus(bus, (known) => {
        if (!known)
          throw new EventBusError(
            'ResourceNotFoundException',
            bus.bus === DEFAULT_BUS
              ? 'The default event bus takes no tags in this version of opentrail.'
              : `Event bus ${bus.bus} does not exist.`,
          );
        return { ...known, tags: next(known.tags) };
      });
    }
  }

  return {
    async TagResource({ ResourceARN = '', Tags }, call) {
      await change(ResourceARN, call, (tags) => withTags(tags, Tags));
      return {};
    },
    async UntagResource({ ResourceARN = '', TagKeys = [] }, call) {
      await change(ResourceARN, call, (tags) => tags.filter(({ Key }) => !TagKeys.includes(Key)));
      return {};
    },
    async ListTagsForResource({ ResourceARN = '' }, call) {
      const { rule, bus } = locate(ResourceARN, call);
      if (bus) book.requireBus(bus);
      const tags = rule ? book.get(rule, rule.name).tags : (bus && book.findBus(bus)?.tags) || [];
      return { Tags: tags.map((tag) => ({ ...tag })) };
    },
  };
}
