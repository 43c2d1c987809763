import type { SecretPlace } from './secret-place.ts';

/** Takes options from environment variables: `--environment-map-option=aws-secret-key=MY_VARIABLE`. */
export const environmentPlace: SecretPlace = {
  heading: 'Environment Options',
  options: [
    {
      name: 'environment-map-option',
      kind: 'list',
      text: 'Overload a plugin option with an environment variable (multiple options). Example: --environment-map-option="aws-secret-key=AWSSECRET".',
    },
  ],
  apply(options, env) {
    for (const text of options.list('environment-map-option')) {
      const match = /^(.+?)=(.+)$/.exec(text);
      if (match) options.set(match[1]!, env[match[2]!] ?? '');
    }
  },
};
