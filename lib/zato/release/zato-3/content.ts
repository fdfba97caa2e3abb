import { ContentDialect, DeclaredObject, ObjectForm, Refusal } from "../content-dialect";
import { knownKeys } from "./known-keys";

/** How Zato 3.x takes services and objects: as they are declared. */
export class Content3 implements ContentDialect {
  /** In one import it edits what is there before it creates what is new. */
  public readonly importsInStages = true;
  public readonly passwordsApart = [];

  /** Where servers put what is uploaded. */
  public readonly keptIn = "work/hot-deploy";

  public knownKeys(kind: string): readonly string[] | undefined {
    return knownKeys(kind);
  }

  /** Its enmasse says what it does not know. */
  public refusalOf(): Refusal | undefined {
    return undefined;
  }

  public refusalOfService(): Refusal | undefined {
    return undefined;
  }

  public formOf(object: DeclaredObject): ObjectForm {
    return object;
  }
}
