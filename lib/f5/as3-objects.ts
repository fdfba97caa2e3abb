/** An object of an AS3 application: its class, and the properties that AS3's reference names for that. */
export interface As3Object {
  /** The class of AS3: `Service_HTTPS`. */
  readonly class: string;
  readonly [property: string]: unknown;
}

/** Objects of an AS3 application by name. */
export type As3Objects = Readonly<Record<string, As3Object>>;
