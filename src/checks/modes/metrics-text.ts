import { CheckFailure } from '../failure.ts';

/** A value of Prometheus's text format. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** Reads https://prometheus.io/docs/instrumenting/exposition_formats/; lines that are none are passed over. */
export function readMetrics(text: string): readonly Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (!match) continue;
    const labels = new Map<string, string>();
    for (const [, name, value] of (match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels.set(
        name!,
        value!.replace(/\\(n|["\\])/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
      );
    }
    samples.push({ name: match[1]!, labels, value: Number(match[3]) });
  }
  return samples;
}

/** Fetches and reads the server's metrics. @throws CheckFailure when the endpoint has none */
export async function fetchMetrics(
  fetchOwn: (path: string) => Promise<{ readonly status: number; readonly text: string }>,
): Promise<readonly Sample[]> {
  const answer = await fetchOwn('/metrics');
  const samples = answer.status === 200 ? readMetrics(answer.text) : [];
  if (!samples.some(({ name }) => name.startsWith('opentrail_'))) {
    throw new CheckFailure('error: the endpoint has no opentrail metrics (GET /metrics)');
  }
  return samples;
}

/** The sum of all samples of a name. */
export function sumOf(samples: readonly Sample[], name: string): number {
  return samples.filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
}
