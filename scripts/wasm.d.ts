/** Compiles the scanner of records. @throws Error with the compiler's words */
export function compileScanner(): Promise<Buffer>;
