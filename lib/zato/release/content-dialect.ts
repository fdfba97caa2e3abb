/** A value of a field of an object. */
export type ObjectValue =
  string | number | boolean | null | readonly ObjectValue[] | { readonly [key: string]: ObjectValue };

/** The fields of an object, by the names that enmasse knows them by. */
export type ObjectFields = Readonly<Record<string, ObjectValue>>;

/** What differs between releases in how an object is brought to Zato. */
export interface ObjectForm {
  /** The section of an enmasse file that it stands in. */
  readonly section: string;
  /** Its fields there, but for secrets. */
  readonly fields: ObjectFields;
  /** What Zato lists of it in any case. */
  readonly expected: Readonly<Record<string, string | number | boolean>>;
}

/** An object of Zato's configuration as it was declared, for clusters of whichever release. */
export interface DeclaredObject extends ObjectForm {
  /** What it is: `channel_rest`. */
  readonly kind: string;
  /** Its name in Zato. */
  readonly name: string;
}

/** Why something cannot be declared, and what may be done about it. */
export interface Refusal {
  readonly problem: string;
  readonly wayOut: string;
}

/** How a release takes services and objects. */
export interface ContentDialect {
  /** Whether objects are imported ahead of those that refer to them, in imports of their own. */
  readonly importsInStages: boolean;

  /** What the paths of files of services have in them that came with content, in servers that somebody else has made. */
  readonly keptIn: string;

  /** The kinds of objects whose passwords an import does not change once they are there. */
  readonly passwordsApart: readonly string[];

  /**
   * The keys that an import reads of an object of a kind; it passes over all others without a word.
   *
   * @returns undefined when the kind takes keys of any name
   */
  knownKeys(kind: string): readonly string[] | undefined;

  /** Why it cannot have an object, if it cannot. */
  refusalOf(object: DeclaredObject): Refusal | undefined;

  /** Why it cannot have a service of this name, if it cannot. */
  refusalOfService(name: string): Refusal | undefined;

  /** The object as it wants it. */
  formOf(object: DeclaredObject): ObjectForm;
}
