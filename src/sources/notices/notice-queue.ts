/** A message of a queue. */
export interface QueuedMessage {
  readonly id: string;
  /** Names this receipt of it. */
  readonly receipt: string;
  readonly body: string;
  /** How often it was received, this time included; undefined: the queue does not say. */
  readonly receives?: number;
}

/** A queue that tells of new files. Each call is one request and rejects when that fails. */
export interface NoticeQueue {
  /** Waits some seconds for the first message; at most ten come, hidden from others for `hiddenFor` seconds. */
  receive(hiddenFor: number, signal: AbortSignal): Promise<readonly QueuedMessage[]>;
  /** Answers those that are still there: they come again. */
  delete(messages: readonly QueuedMessage[]): Promise<readonly QueuedMessage[]>;
  /** Hides messages for so many seconds from now on; 0: they come again at once. */
  hide(messages: readonly QueuedMessage[], seconds: number): Promise<void>;
  close(): void;
}
