import { expect, test } from 'vitest';
import { checkModeVersion } from './mode-version.ts';

test.each(['1', '1.0', '0.9', '1.x', 'x', '1.0.7', 'one', ''])('%j is not too much', (wanted) => {
  expect(() => checkModeVersion(wanted)).not.toThrow();
});

test.each(['1.1', '2', '2.0', '10'])('%j is', (wanted) => {
  expect(() => checkModeVersion(wanted)).toThrow(
    `Not good version for plugin mode. Excepted at least: ${wanted}. Get: 1.0`,
  );
});
