/** In the place of what cdktf notes with each token, for nobody here to read: in Jest, which translates it line by line, it takes half of a synth. */
export function captureStackTrace(): string[] {
  return [];
}

/** Its name in cdktn. */
export const captureCreationStack = captureStackTrace;
