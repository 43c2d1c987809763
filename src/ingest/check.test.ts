import { describe, expect, it } from 'vitest';
import { checkRecord, MAX_EVENT_BYTES, type Origin } from './check.ts';

const NOW = Date.UTC(2026, 10, 1, 12);
const origin: Origin = {
  account: '111111111111',
  region: 'eu-west-1',
  mayWriteTo: (account) => account !== '999999999999',
};
const WHOLE =
  '{"eventVersion":"1.08","eventTime":"2026-11-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","eventID":"e1","recipientAccountId":"222222222222","eventCategory":"Data","x":0.0}';
const check = (text: string) => checkRecord(Buffer.from(text), origin, NOW);
const without = (...members: string[]) => {
  let text = WHOLE;
  for (const member of members) text = text.replace(new RegExp(`"${member}":"[^"]*",`), '');
  return text;
};
const accepted = (text: string) => {
  const result = check(text);
  if (result.kind !== 'event') throw new Error(result.message);
  return result.event;
};

describe('checkRecord', () => {
  it('hands on a whole record to the byte', () => {
    const event = accepted(WHOLE);
    expect(event.raw.toString()).toBe(WHOLE);
    expect(event).toMatchObject({
      account: '222222222222',
      region: 'us-east-1',
      eventId: 'e1',
      category: 'Data',
    });
  });

  it.each([
    [without('eventTime'), /,"eventTime":"2026-11-01T12:00:00Z"}$/],
    [without('awsRegion'), /,"awsRegion":"eu-west-1"}$/],
    [without('recipientAccountId'), /,"recipientAccountId":"111111111111"}$/],
    [without('eventID'), /,"eventID":"[0-9a-f-]{36}"}$/],
    [without('eventCategory'), /,"eventCategory":"Data"}$/],
    [
      '{"eventSource":"a.example","eventName":"GetThing"}',
      /"eventVersion":"1.11","eventCategory":"Management","readOnly":true,/,
    ],
  ])('fills in what %s lacks, at its end', (text, expected) => {
    const raw = accepted(text).raw.toString();
    expect(raw).toMatch(expected);
    expect(raw.startsWith(text.slice(0, -1))).toBe(true);
  });

  it('leaves an old record without a category as it is', () => {
    const old = WHOLE.replace('"1.08"', '"1.05"').replace('"eventCategory":"Data",', '');
    expect(accepted(old).raw.toString()).toBe(old);
    expect(accepted(old).category).toBe('Data');
  });

  it('takes the acting account for a record of before recipientAccountId', () => {
    const old = without('recipientAccountId').replace(
      '"x":0.0',
      '"userIdentity":{"accountId":"333333333333"}',
    );
    expect(accepted(old).account).toBe('333333333333');
  });

  it('never writes a name twice: a null member is replaced', () => {
    const raw = accepted(WHOLE.replace('"e1"', 'null')).raw.toString();
    expect(raw.match(/"eventID"/g)).toHaveLength(1);
  });

  it('makes one line of a record', () => {
    const pretty = JSON.stringify(JSON.parse(WHOLE), null, 2);
    expect(accepted(pretty).raw.includes('\n')).toBe(false);
    expect(JSON.parse(accepted(pretty).raw.toString())).toEqual(JSON.parse(WHOLE));
  });

  it.each([
    ['5', 'InvalidJson'],
    ['[]', 'InvalidJson'],
    ['', 'InvalidJson'],
    ['{"a":1', 'InvalidJson'],
    [without('eventName'), 'MissingField'],
    [without('eventSource'), 'MissingField'],
    [WHOLE.replace('"GetObject"', '5'), 'InvalidType'],
    [WHOLE.replace('"Data"', '"Sport"'), 'InvalidCategory'],
    [WHOLE.replace('2026-11-01T10:00:00Z', '2026-11-01'), 'InvalidEventTime'],
    [WHOLE.replace('2026-11-01T10:00:00Z', '2027-11-01T10:00:00Z'), 'InvalidEventTime'],
    [WHOLE.replace('"2026-11-01T10:00:00Z"', '1793527200'), 'InvalidEventTime'],
    [WHOLE.replace('us-east-1', '../../etc'), 'InvalidRegion'],
    [WHOLE.replace('222222222222', '22222222222'), 'InvalidAccount'],
    [WHOLE.replace('"222222222222"', '222222222222'), 'InvalidAccount'],
    [WHOLE.replace('222222222222', '999999999999'), 'ForeignAccount'],
    [WHOLE.replace('"e1"', '""'), 'InvalidEventId'],
    [WHOLE.replace('"e1"', JSON.stringify('e'.repeat(129))), 'InvalidEventId'],
    [WHOLE.replace('0.0', JSON.stringify('x'.repeat(MAX_EVENT_BYTES))), 'TooLarge'],
  ])('refuses %s', (text, reason) => expect(check(text)).toMatchObject({ kind: 'refused', reason }));

  it('refuses bytes that are not UTF-8', () => {
    const bytes = Buffer.from(WHOLE.replace('e1', 'e\u00ff'), 'latin1');
    expect(checkRecord(bytes, origin, NOW)).toMatchObject({ reason: 'InvalidUtf8' });
  });
});
