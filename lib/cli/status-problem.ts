/** Something that is not well, before it is known whose it is. */
export interface Problem {
  /** What is seen, in a few words. */
  readonly text: string;

  /**
   * The same as a sentence, without its subject.
   *
   * @default - the text
   */
  readonly said?: string;

  /** What to do. */
  readonly advice: string;

  /** The command to begin with. */
  readonly command: string;
}
