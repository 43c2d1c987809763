import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BusEvent } from './bus-event.ts';
import type { Delivery, SendOutcome, TargetSender } from './deliveries/delivery.ts';
import type { LaneLimits } from './deliveries/lanes.ts';
import { type EventBus, openEventBus } from './event-bus.ts';
import type { Rule, Target } from './rule.ts';
import type { TrailEvent } from './trail-event.ts';

export const ACCOUNT = '123456789012';
export const PLACE = { account: ACCOUNT, region: 'us-east-1', bus: 'default' } as const;
export const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
export const DEAD = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;

/** What was sent, and what the next tries are answered; `delivered` when nothing else is said. */
export class FakeTargets implements TargetSender {
  readonly sent: { readonly arn: string; readonly message: string; readonly delivery: Delivery }[] = [];
  readonly dead: { readonly arn: string; readonly attributes: ReadonlyMap<string, string> }[] = [];
  readonly answers = new Map<string, SendOutcome['kind'] | 'never'>();

  async send(delivery: Delivery, message: string): Promise<SendOutcome> {
    const kind = this.answers.get(delivery.targetArn) ?? 'delivered';
    if (kind === 'never') return await new Promise(() => undefined);
    this.sent.push({ arn: delivery.targetArn, message, delivery });
    return kind === 'delivered' ? { kind } : { kind, code: 'CODE', message: 'said no' };
  }

  async sendDeadLetter(
    arn: string,
    _delivery: Delivery,
    _message: string,
    attributes: ReadonlyMap<string, string>,
  ): Promise<SendOutcome> {
    const kind = this.answers.get(arn) ?? 'delivered';
    if (kind === 'delivered') this.dead.push({ arn, attributes });
    return kind === 'delivered' ? { kind } : { kind: 'failed', code: 'CODE', message: 'said no' };
  }
}

/** A bus in a folder of its own that moves with a clock of its own. */
export class BusHouse {
  readonly folder = mkdtempSync(join(tmpdir(), 'opentrail-bus-'));
  targets = new FakeTargets();
  now = Date.parse('2026-01-01T00:00:00Z');
  head = 0;
  bus: EventBus;
  readonly #limits: LaneLimits | undefined;

  constructor(limits?: LaneLimits) {
    this.#limits = limits;
    this.bus = this.#open();
  }

  #open(): EventBus {
    return openEventBus({
      path: this.folder,
      sender: this.targets,
      now: () => this.now,
      head: () => this.head,
      pollEvery: 10,
      ...(this.#limits && { limits: this.#limits }),
    });
  }

  /** As after a crash: what was not written down is forgotten. */
  async reopen(): Promise<void> {
    await this.bus.close();
    this.targets = new FakeTargets();
    this.bus = this.#open();
  }

  async rule(name: string, pattern: unknown, targets: readonly Partial<Target>[], more: Partial<Rule> = {}) {
    await this.bus.book.change(PLACE, name, () => ({
      ...PLACE,
      name,
      pattern: JSON.stringify(pattern),
      state: 'ENABLED',
      createdBy: ACCOUNT,
      tags: [],
      targets: targets.map((target, at) => ({ Id: `${at}`, Arn: QUEUE, ...target })),
      ...more,
    }));
  }

  async dispose(): Promise<void> {
    await this.bus.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function busEvent(detail: unknown, more: Partial<BusEvent> = {}): BusEvent {
  return {
    id: '11111111-2222-4333-8444-555555555555',
    detailType: 'Order',
    source: 'my.shop',
    account: ACCOUNT,
    region: 'us-east-1',
    time: '2026-01-01T00:00:00Z',
    resources: ['arn:aws:x:::y'],
    detailText: JSON.stringify(detail),
    detail,
    ...more,
  };
}

export function trailEvent(record: object, more: Partial<TrailEvent> = {}): TrailEvent {
  return {
    account: ACCOUNT,
    region: 'us-east-1',
    eventId: 'e1',
    time: Date.parse('2026-01-01T00:00:00Z'),
    category: 'Management',
    raw: Buffer.from(JSON.stringify(record)),
    record: record as TrailEvent['record'],
    ...more,
  };
}
