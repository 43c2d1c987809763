/**
 * Runs `act` over all items, a few at a time, and takes no new ones after a failure. Answers what failed; what was
 * under way is finished.
 */
export async function forEachParallel<T>(
  items: readonly T[],
  parallel: number,
  act: (item: T) => Promise<void>,
): Promise<ReadonlyMap<T, unknown>> {
  const failures = new Map<T, unknown>();
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      await act(item).catch((error: unknown) => void failures.set(item, error));
      // One refusal is enough to know the bucket's answer; the others would only repeat it.
      if (failures.size > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return failures;
}
