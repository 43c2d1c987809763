import { type BusEvent, eventText, eventTimeText, matchedForm } from '../bus-event.ts';
import { EventBusError } from '../event-bus-error.ts';
import type { Target } from '../rule.ts';
import { compilePath } from './json-path.ts';
import { compileTemplate } from './template.ts';

/** What a target gets of an event of a rule; undefined when the event does not have what the target asks for. */
export type TargetInput = (event: BusEvent, context: InputContext) => string | undefined;

/** What a template's reserved variables stand for, beside the event. */
export interface InputContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Compiles a target's `Input`, `InputPath` or `InputTransformer`; the whole event without any.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
 * @throws EventBusError ValidationException
 */
export function compileInput({ Id, Input, InputPath, InputTransformer }: Target): TargetInput {
  const given = [Input, InputPath, InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1)
    throw new EventBusError(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  if (Input !== undefined) {
    if (!isJson(Input))
      throw new EventBusError('ValidationException', `Parameter Input for target ${Id} is not valid JSON`);
    return () => Input;
  }
  if (InputPath !== undefined) {
    if (InputPath === '$') return eventText;
    const path = compilePath(InputPath);
    return (event) => {
      const value = path(matchedForm(event));
      return value === undefined ? undefined : JSON.stringify(value);
    };
  }
  if (!InputTransformer) return eventText;
  const paths = new Map(
    Object.entries(InputTransformer.InputPathsMap ?? {}).map(([name, path]) => [name, compilePath(path)]),
  );
  const fill = compileTemplate(InputTransformer.InputTemplate, new Set(paths.keys()), Id);
  return (event, { ruleArn, ruleName, now }) => {
    const form = matchedForm(event);
    return fill(
      (name) => {
        const path = paths.get(name);
        if (path) return path(form);
        if (name === 'aws.events.rule-arn') return ruleArn;
        if (name === 'aws.events.rule-name') return ruleName;
        if (name === 'aws.events.event.ingestion-time') return eventTimeText(now);
        return form;
      },
      () => eventText(event),
    );
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
