import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { IContentTarget, ZatoRelease } from "../zato";
import { ContentDialect, Refusal } from "../zato/release/content-dialect";
import { ContentObject } from "./objects";

/** How a cluster takes content. */
export function contentDialectOf(cluster: IContentTarget): ContentDialect {
  return cluster._contentDialect ?? ZatoRelease._contentByDefault;
}

/** How clusters take content, each way once. */
export function contentDialectsOf(clusters: readonly IContentTarget[]): ContentDialect[] {
  return [...new Set(clusters.map(contentDialectOf))];
}

/** What of the content a cluster cannot have, for the author of the program. */
export function refusedContent(
  scope: IConstruct,
  clusters: readonly IContentTarget[],
  objects: readonly ContentObject[],
  services: readonly string[],
): ConstructError[] {
  return refusedObjects(scope, contentDialectsOf(clusters), objects, services);
}

/** The same of clusters that take content so. */
export function refusedObjects(
  scope: IConstruct,
  dialects: readonly ContentDialect[],
  objects: readonly ContentObject[],
  services: readonly string[] = [],
): ConstructError[] {
  return dialects.flatMap((dialect) => {
    const refusals = [
      ...objects.map((object) => dialect.refusalOf(object)),
      ...services.map((service) => dialect.refusalOfService(service)),
    ];
    return refusals
      .filter((refusal): refusal is Refusal => refusal !== undefined)
      .map(({ problem, wayOut }) => new ConstructError(scope, problem, wayOut));
  });
}
