/** An error of the SDK in few words: its code, and what it says. */
export function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  const words =
    message === '' || message === name ? name : name === 'Error' ? message : `${name}: ${message}`;
  return words.slice(0, 300);
}
