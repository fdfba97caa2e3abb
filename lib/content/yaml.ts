/** The YAML library. It is loaded when it is needed: a tenth of what importing all of this package costs. */
export function yaml(): typeof import("yaml") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it at once
  return require("yaml") as typeof import("yaml");
}
