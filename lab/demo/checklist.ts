import { say } from "./terminal";

/** What was promised, and whether it was kept. */
export class Checklist {
  private readonly items: { readonly promise: string; readonly kept: boolean }[] = [];

  /** Notes a promise, and says so at once where it was not kept. */
  public check(promise: string, kept: boolean): void {
    this.items.push({ promise, kept });
    if (!kept) {
      say(`   NOT AS PROMISED: ${promise}`);
    }
  }

  /** Whether every promise was kept. */
  public get allKept(): boolean {
    return this.items.every((item) => item.kept);
  }

  /** One line for each promise. */
  public lines(): string[] {
    return this.items.map(({ promise, kept }) => `${kept ? "kept  " : "BROKEN"}  ${promise}`);
  }
}
