/** A value in an enmasse file. */
export type EnmasseValue =
  string | number | boolean | null | readonly EnmasseValue[] | { readonly [key: string]: EnmasseValue };
