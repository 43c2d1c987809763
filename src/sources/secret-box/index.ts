export { openSecretBox, type SecretBox, SecretUnreadable } from './secret-box.ts';
