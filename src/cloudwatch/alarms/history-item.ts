/** Something that happened to an alarm; kept for thirty days, also when the alarm is gone. */
export interface HistoryItem {
  readonly alarm: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  /** JSON text. */
  readonly data: string;
}
