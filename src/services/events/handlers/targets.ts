import { EventBusError, MAX_TARGETS } from '../../../event-bus/index.ts';
import type { EventsDependencies, EventsHandlers } from '../dependencies.ts';
import { invalid, unfit } from '../errors.ts';
import { busOf, checkName, pageOf } from '../names.ts';
import { targetOf } from '../targets.ts';

/** Where the events of a rule go. */
export function targetHandlers(dependencies: EventsDependencies): EventsHandlers {
  const { book } = dependencies.bus;
  return {
    async PutTargets({ Rule: name = '', EventBusName, Targets: given = [] }, call) {
      const address = busOf(EventBusName, call);
      checkName(name, 'rule');
      if (given.length === 0)
        throw unfit('[]', 'targets', 'Member must have length greater than or equal to 1');
      if (given.length > 100)
        throw unfit('[…]', 'targets', 'Member must have length less than or equal to 100');
      book.get(address, name);
      const targets = given.map((target) => targetOf(target, dependencies));
      const ids = new Set(targets.map(({ Id }) => Id));
      if (ids.size < targets.length) throw invalid('Target Ids must be unique within a request.');
      await book.change(address, name, (rule) => {
        if (!rule) return undefined;
        const all = [...rule.targets.filter(({ Id }) => !ids.has(Id)), ...targets];
        if (all.length > MAX_TARGETS)
          throw new EventBusError(
            'LimitExceededException',
            'The requested resource exceeds the maximum number allowed.',
          );
        return { ...rule, targets: all };
      });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },

    async ListTargetsByRule(input, call) {
      const rule = book.get(busOf(input.EventBusName, call), checkName(input.Rule ?? '', 'rule'));
      const targets = [...rule.targets].sort((a, b) => (a.Id < b.Id ? -1 : 1));
      const { page, NextToken } = pageOf(targets, ({ Id }) => Id, input);
      return { Targets: page.map((target) => ({ ...target })), ...(NextToken && { NextToken }) };
    },

    async RemoveTargets({ Rule: name = '', EventBusName, Ids = [] }, call) {
      const address = busOf(EventBusName, call);
      checkName(name, 'rule');
      if (Ids.length === 0) throw unfit('[]', 'ids', 'Member must have length greater than or equal to 1');
      book.get(address, name);
      await book.change(
        address,
        name,
        (rule) => rule && { ...rule, targets: rule.targets.filter(({ Id }) => !Ids.includes(Id)) },
      );
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  };
}
