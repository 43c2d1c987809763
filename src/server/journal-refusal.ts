/** Why no new events are taken: too many bytes of the journal wait for delivery; undefined while they do not. */
export function journalRefusal(
  journal: { head(): { bytes: number }; tail(): { bytes: number } },
  max: number,
): string | undefined {
  const bytes = journal.head().bytes - journal.tail().bytes;
  return bytes > max
    ? `the journal holds ${Math.floor(bytes / 1e6)} MB that wait for delivery, more than --journal-max-bytes`
    : undefined;
}
