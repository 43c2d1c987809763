import type * as client from '@aws-sdk/client-eventbridge';
import type { CallContext } from '../../../aws/index.ts';
import {
  compileRulePattern,
  EventBusError,
  type Rule,
  type RuleState,
  ruleArn,
} from '../../../event-bus/index.ts';
import type { EventsDependencies, EventsHandlers } from '../dependencies.ts';
import { invalid, notBuilt, unfit } from '../errors.ts';
import { busOf, checkName, checkText, pageOf } from '../names.ts';
import { withTags } from '../tag-rules.ts';

const STATES: readonly RuleState[] = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'];

/** Rules: made, shown, switched, deleted. */
export function ruleHandlers({ bus: { book } }: EventsDependencies): EventsHandlers {
  async function setState(input: client.EnableRuleRequest, state: RuleState, call: CallContext) {
    const address = busOf(input.EventBusName, call);
    const name = checkName(input.Name ?? '', 'name');
    book.get(address, name);
    await book.change(address, name, (rule) => rule && { ...rule, state });
    return {};
  }

  return {
    async PutRule(input, call) {
      const { Name, EventPattern: pattern, State: state = 'ENABLED', Description, RoleArn } = input;
      const address = busOf(input.EventBusName, call);
      const name = checkName(Name ?? '', 'name');
      if (input.ScheduleExpression) throw notBuilt('ScheduleExpression (a rule that fires by the clock)');
      if (!pattern) throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
      checkText(pattern, 'eventPattern', 4_096);
      compileRulePattern(pattern);
      if (!STATES.some((one) => one === state))
        throw unfit(state, 'state', `Member must satisfy enum value set: [${STATES.join(', ')}]`);
      if (Description !== undefined) checkText(Description, 'description', 512);
      if (RoleArn !== undefined) checkText(RoleArn, 'roleArn', 1_600, 1);
      book.requireBus(address);
      await book.change(address, name, (known) => ({
        ...address,
        name,
        pattern,
        state: state as RuleState,
        ...(Description !== undefined && { description: Description }),
        ...(RoleArn !== undefined && { roleArn: RoleArn }),
        createdBy: known?.createdBy ?? call.account,
        // Tags are given to a new rule only, as on AWS.
        tags: known?.tags ?? withTags([], input.Tags),
        targets: known?.targets ?? [],
      }));
      return { RuleArn: ruleArn({ ...address, name }) };
    },

    async DescribeRule({ Name, EventBusName }, call) {
      const rule = book.get(busOf(EventBusName, call), checkName(Name ?? '', 'name'));
      return { ...shown(rule), CreatedBy: rule.createdBy };
    },

    async ListRules(input, call) {
      const address = busOf(input.EventBusName, call);
      book.requireBus(address);
      const { NamePrefix: prefix = '' } = input;
      const rules = book.list(address).filter(({ name }) => name.startsWith(prefix));
      const { page, NextToken } = pageOf(rules, ({ name }) => name, input);
      return { Rules: page.map(shown), ...(NextToken && { NextToken }) };
    },

    async ListRuleNamesByTarget(input, call) {
      const address = busOf(input.EventBusName, call);
      book.requireBus(address);
      const rules = book
        .list(address)
        .filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn));
      const { page, NextToken } = pageOf(rules, ({ name }) => name, input);
      return { RuleNames: page.map(({ name }) => name), ...(NextToken && { NextToken }) };
    },

    async DeleteRule({ Name, EventBusName }, call) {
      const address = busOf(EventBusName, call);
      book.requireBus(address);
      await book.change(address, checkName(Name ?? '', 'name'), (rule) => {
        if (rule && rule.targets.length > 0)
          throw new EventBusError('ValidationException', "Rule can't be deleted since it has targets.");
        return undefined;
      });
      return {};
    },

    EnableRule: (input, call) => setState(input, 'ENABLED', call),
    DisableRule: (input, call) => setState(input, 'DISABLED', call),
  };
}

/** A rule as DescribeRule and ListRules show it. */
function shown(rule: Rule): client.Rule {
  return {
    Name: rule.name,
    Arn: ruleArn(rule),
    EventPattern: rule.pattern,
    State: rule.state,
    ...(rule.description !== undefined && { Description: rule.description }),
    ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
    EventBusName: rule.bus,
  };
}
