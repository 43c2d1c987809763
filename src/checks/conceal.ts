import type { OptionValues } from './options/option-values.ts';
import type { Environment } from './source/credentials.ts';

/** Shorter ones are no secrets, and would be found in innocent words. */
const SHORTEST = 6;

/** The text with every secret that this run knows of replaced by `***`, whoever put it there. */
export function conceal(text: string, options: OptionValues, env: Environment): string {
  const secrets = [
    options.text('aws-secret-key'),
    options.text('aws-session-token'),
    env.AWS_SECRET_ACCESS_KEY,
    env.AWS_SECRET_KEY,
    env.AWS_SESSION_TOKEN,
    passwordOf(options.text('proxyurl')),
  ];
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= SHORTEST)
    .reduce<string>((shown, secret) => shown.replaceAll(secret!, '***'), text);
}

function passwordOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).password : undefined;
}
